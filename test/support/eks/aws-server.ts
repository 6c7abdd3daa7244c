import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { createAuthority } from "../../cluster/certificates.ts";
import type { ClusterFixture, RecordedRequest } from "./recording.ts";

/** What answers instead of AWS: recorded replies, at a loopback address and, by its real names, behind a CONNECT proxy. */
export interface AwsServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly proxy: string;
  /** File with the certificate of the authority that signs the proxied hosts. */
  readonly caFile: string;
  readonly requests: RecordedRequest[];
}

export type Reply = (request: RecordedRequest) => {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

export async function startAwsServer(reply: Reply): Promise<AwsServer> {
  const requests: RecordedRequest[] = [];
  const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
    void answer(incoming, response, (request) => {
      requests.push(request);
      return reply(request);
    });
  };
  const authority = createAuthority("test AWS");
  const folder = mkdtempSync(join(tmpdir(), "fedctl-aws-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, authority.certificatePem, { mode: 0o644 });
  const plain = createServer(handle);
  const secure = createTlsServer(
    {
      SNICallback: (host, done) => {
        const { certificatePem, keyPem } = authority.issue({
          subject: { commonName: "aws" },
          usage: "server",
          hosts: [host],
        });
        done(null, createSecureContext({ cert: certificatePem, key: keyPem }));
      },
    },
    handle,
  );
  const proxy = createServer().on("connect", (_, socket) => {
    socket.on("error", () => undefined);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    secure.emit("connection", socket);
  });
  return {
    endpoint: await listen(plain),
    proxy: await listen(proxy),
    caFile,
    requests,
    [Symbol.asyncDispose]: () => {
      for (const server of [plain, proxy, secure]) {
        server.closeAllConnections();
        server.close();
      }
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(incoming: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
  const form = new URLSearchParams(Buffer.concat(chunks).toString());
  const { method = "", url: path = "", headers: sent } = incoming;
  const { status, headers, body } = reply({
    method,
    path,
    host: sent.host ?? "",
    ...signing(sent.authorization ?? ""),
    ...(form.size > 0 && { body: Object.fromEntries(form) }),
  });
  response.writeHead(status, headers).end(body);
}

type Signing = Pick<RecordedRequest, "signingAccessKeyId" | "signingRegion" | "signingService">;

function signing(authorization: string): Signing {
  const [, keyId = "", region = "", service = ""] =
    /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(authorization) ?? [];
  return { signingAccessKeyId: keyId, signingRegion: region, signingService: service };
}

/** A recording's replies, in AWS's two protocols. */
export function recordedReply({ describeCluster, assumeRole }: ClusterFixture, now: Date): Reply {
  return ({ path }) => {
    // Without it the SDK takes the recorded time for a wrong clock, and asks again.
    const date = now.toUTCString();
    if (path === "/")
      return { status: assumeRole?.status ?? 500, headers: { date }, body: assumeRoleXml(assumeRole, now) };
    const headers = { date, "content-type": "application/json", ...describeCluster?.headers };
    return { status: describeCluster?.status ?? 500, headers, body: JSON.stringify(describeCluster?.body ?? {}) };
  };
}

function assumeRoleXml(role: ClusterFixture["assumeRole"], now: Date): string {
  if (role?.accessKeyId === undefined) {
    return `<ErrorResponse><Error><Type>Sender</Type><Code>${role?.code ?? "InternalFailure"}</Code><Message>${role?.message ?? ""}</Message></Error></ErrorResponse>`;
  }
  const expiration = new Date(now.getTime() + 3_600_000).toISOString();
  const fields = `<AccessKeyId>${role.accessKeyId}</AccessKeyId><SecretAccessKey>${role.secretAccessKey ?? ""}</SecretAccessKey><SessionToken>${role.sessionToken ?? ""}</SessionToken><Expiration>${expiration}</Expiration>`;
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${fields}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
}
