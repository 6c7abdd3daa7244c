import type { KeyPair } from "../types.ts";
import type { ExecCredential } from "../exec-credential.ts";

/** The value of an Authorization header, and the plugin's answer it came from, if any. */
export interface Authorization {
  readonly value: string | undefined;
  readonly from?: ExecCredential | undefined;
}

/** One way to authenticate; the authenticator adds impersonation, names and checks. */
export interface CredentialSource {
  authorization(signal: AbortSignal | undefined): Promise<Authorization>;
  certificate(signal: AbortSignal | undefined): Promise<KeyPair | undefined>;
  /** After a 401 to a request that carried `sent`: true when the next request would carry something else. */
  renew(sent: Authorization, signal: AbortSignal | undefined): Promise<boolean>;
}

/** A credential that cannot be had, in client-go's words; the authenticator adds user and context. */
export class SourceFailure extends Error {
  override readonly name = "SourceFailure";
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

export const anonymousSource: CredentialSource = {
  authorization: () => Promise.resolve({ value: undefined }),
  certificate: () => Promise.resolve(undefined),
  renew: () => Promise.resolve(false),
};
