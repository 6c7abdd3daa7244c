import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createAuthority } from "../../cluster/certificates.ts";
import { verifyPresigned } from "./sigv4.ts";

export interface IamUser {
  readonly name: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface StsServer extends AsyncDisposable {
  readonly port: number;
  /** Whom clients have to trust. */
  readonly caPem: string;
  /** Access keys whose requests were answered, and "refused" for each other one. */
  readonly answered: readonly string[];
}

export const account = "123456789012";

export function arnOf({ name }: Pick<IamUser, "name">): string {
  return `arn:aws:iam::${account}:user/${name}`;
}

/** Answers GetCallerIdentity as STS of a region does, to whoever signed with the key of one of the users. */
export async function startSts(host: string, users: readonly IamUser[]): Promise<StsServer> {
  const authority = createAuthority("AWS test authority");
  const { certificatePem, keyPem } = authority.issue({ subject: { commonName: host }, usage: "server", hosts: [host] });
  const answered: string[] = [];
  const secrets = Object.fromEntries(users.map(({ accessKey, secretKey }) => [accessKey, secretKey]));
  const server = createServer({ cert: certificatePem, key: keyPem }, ({ url = "/", method, headers }, answer) => {
    const signed = { url: new URL(url, `https://${headers.host ?? host}`), headers };
    const isAsked = method === "GET" && signed.url.searchParams.get("Action") === "GetCallerIdentity";
    const key = isAsked ? verifyPresigned(signed, secrets) : undefined;
    const user = users.find(({ accessKey }) => accessKey === key);
    answered.push(user?.accessKey ?? "refused");
    answer.setHeader("content-type", "application/json");
    answer.statusCode = user === undefined ? 403 : 200;
    answer.end(JSON.stringify(user === undefined ? refusal : identityOf(user)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port, // TCP, so never a pipe's name
    caPem: authority.certificatePem,
    answered,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const refusal = {
  Error: { Code: "SignatureDoesNotMatch", Message: "The request signature does not match.", Type: "Sender" },
};

function identityOf(user: IamUser): unknown {
  const result = { Account: account, Arn: arnOf(user), UserId: `AIDA${user.name.toUpperCase()}` };
  return { GetCallerIdentityResponse: { GetCallerIdentityResult: result, ResponseMetadata: { RequestId: "1" } } };
}
