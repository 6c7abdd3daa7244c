import { SourceFailure } from "./credential-source.ts";

/** A token this close to its end is not sent any more. */
const leewayMs = 10_000;

/** Reads `exp`; the signature is the server's business. @throws SourceFailure */
export function isExpired(token: string, nowMs: number): boolean {
  const parts = token.split(".");
  if (parts.length !== 3) throw notAToken();
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString("utf8"));
    const exp: unknown = typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : undefined;
    return typeof exp !== "number" || exp * 1000 <= nowMs + leewayMs;
  } catch (cause) {
    // The parser's text would show a piece of the token.
    if (!(cause instanceof SyntaxError)) throw cause;
    throw notAToken();
  }
}

function notAToken(): SourceFailure {
  return new SourceFailure("ID Token is not a valid JWT", "set a valid id-token, or log in again");
}
