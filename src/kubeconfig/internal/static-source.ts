import type { Credentials } from "../types.ts";
import { certificateFileSource } from "./certificate-files.ts";
import { SourceFailure } from "./credential-source.ts";
import type { CredentialSource } from "./credential-source.ts";
import { readTokenFile } from "./token-file.ts";

/** client-go trusts a token file for a minute, less ten seconds. */
const tokenFileMs = 50_000;

type Static = Credentials & { readonly kind: "static" };
type ReadToken = (options: { readonly again: boolean }) => Promise<string | undefined>;

/** Token, token file, basic auth and client certificate of a kubeconfig. */
export function staticSource(credentials: Static, clock: { now(): number }): CredentialSource {
  const { basic, clientCertificate, clientCertificateFiles } = credentials;
  const readToken = tokenReader(credentials, clock);
  const value = async (again: boolean): Promise<string | undefined> => {
    const token = await readToken({ again });
    if (token !== undefined) return `Bearer ${token}`;
    return basic === undefined ? undefined : basicAuth(basic);
  };
  const certificate =
    clientCertificate === undefined || clientCertificateFiles === undefined
      ? () => Promise.resolve(clientCertificate)
      : certificateFileSource(clientCertificate, clientCertificateFiles, clock);
  return {
    authorization: async () => ({ value: await value(false) }),
    certificate,
    renew: async (sent) => credentials.tokenFile !== undefined && (await value(true)) !== sent.value,
  };
}

function basicAuth({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}

/** A token file wins over the inline token while it can be read; a file that went bad keeps its last token. */
function tokenReader({ bearerToken, tokenFile }: Static, clock: { now(): number }): ReadToken {
  if (tokenFile === undefined) return () => Promise.resolve(bearerToken);
  let last: { readonly token: string; readonly readAtMs: number } | undefined;
  return async ({ again }) => {
    if (last !== undefined && !again && clock.now() - last.readAtMs < tokenFileMs) return last.token;
    const read = await readTokenFile(tokenFile);
    if ("token" in read) {
      last = { token: read.token, readAtMs: clock.now() };
      return read.token;
    }
    const token = last?.token ?? bearerToken;
    if (token === undefined) throw new SourceFailure(read.failure, `check the token file ${tokenFile}`);
    return token;
  };
}
