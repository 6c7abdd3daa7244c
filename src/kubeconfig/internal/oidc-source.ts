import type { Credentials } from "../types.ts";
import { SourceFailure } from "./credential-source.ts";
import type { CredentialSource } from "./credential-source.ts";

/** A token this close to its end is not sent any more. */
const leewayMs = 10_000;

/** The id-token of an OIDC user while it is valid; it cannot be refreshed here. */
export function oidcSource(
  { config, clientCertificate }: Credentials & { readonly kind: "oidc" },
  clock: { now(): number },
): CredentialSource {
  return {
    authorization: () => Promise.resolve().then(() => ({ value: `Bearer ${validToken(config, clock.now())}` })),
    certificate: () => Promise.resolve(clientCertificate),
    renew: () => Promise.resolve(false),
  };
}

function validToken(config: ReadonlyMap<string, string>, nowMs: number): string {
  const token = config.get("id-token") ?? "";
  if (token !== "" && expiryMs(token) > nowMs + leewayMs) return token;
  const hint = `log in again with your OIDC tool (for example "kubelogin"), or run "kubectl get --raw /version" to have kubectl refresh the token`;
  if ((config.get("refresh-token") ?? "") === "") {
    throw new SourceFailure("No valid id-token, and cannot refresh without refresh-token", hint);
  }
  throw new SourceFailure("the id-token has expired, and fedctl does not refresh OIDC tokens", hint);
}

/** Reads `exp`; the signature is the server's business. @throws SourceFailure */
function expiryMs(token: string): number {
  const parts = token.split(".");
  if (parts.length !== 3)
    throw new SourceFailure("ID Token is not a valid JWT", "set a valid id-token, or log in again");
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString("utf8"));
    const exp: unknown = typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : undefined;
    return typeof exp === "number" ? exp * 1000 : 0;
  } catch (cause) {
    // The parser's text would show a piece of the token.
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SourceFailure("ID Token is not a valid JWT", "set a valid id-token, or log in again");
  }
}
