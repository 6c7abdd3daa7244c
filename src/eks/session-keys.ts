import type { AwsSession } from "./aws-session.ts";
import type { AwsKeys } from "./token.ts";

/** The session's own keys; only what is not at hand loads the code that asks for it. @throws FedctlError CredentialUnavailable, Aws* */
export async function sessionKeys(session: AwsSession): Promise<AwsKeys> {
  if (session.source.kind === "static") return session.source.keys;
  const { fetchKeys } = await import("./fetch-keys.ts");
  return fetchKeys(session.source, session);
}
