/** Why an exec plugin gave no credential, in client-go's words; the authenticator adds user and context. */
export class ExecFailure extends Error {
  override readonly name = "ExecFailure";
  /** What the person at the keyboard can do, if more is known than "run it by hand". */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

const verboseHelp =
  "It looks like you are trying to use a client-go credential plugin that is not installed. To learn more about this feature, consult the documentation available at: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins";

/** The plugin is not installed; its own install hint follows client-go's advice. */
export function executableNotFound(command: string, installHint: string): ExecFailure {
  const cleaned = printable(installHint).trim();
  return new ExecFailure(
    `exec: executable ${command} not found`,
    cleaned === "" ? verboseHelp : `${verboseHelp}\n${cleaned}`,
  );
}

/** Makes escape sequences harmless to a terminal: control characters other than white space become `U+001B`. */
export function printable(text: string): string {
  return text.replace(
    /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\t\n\v\f\r]/gu,
    (char) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
  );
}
