/** Exit codes of every command (decision 0001). Never counts, never dependent on the output format. */
export const ExitCode = {
  Done: 0,
  Failed: 1,
  Usage: 2,
  Differences: 3,
  PartlyFailed: 4,
  TimedOut: 5,
  LeftBehind: 6,
  Conflict: 7,
  Interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Stable names of failures. Scripts may match on them; texts may change. */
export type ErrorCode =
  | "Usage"
  | "Internal"
  | "Interrupted"
  | "TimedOut"
  // kubeconfig and credentials
  | "KubeconfigUnreadable"
  | "KubeconfigInvalid"
  | "KubeconfigMissing"
  | "KubeconfigLocked"
  | "KubeconfigNotWritten"
  | "KubeconfigEntryTaken"
  | "ContextNotFound"
  | "CredentialUnavailable"
  // AWS
  | "RegionMissing"
  | "RegionInvalid"
  | "EksClusterUnusable"
  | "AwsRequestRefused"
  | "AwsUnreachable"
  // reaching a server
  | "ServerUnreachable"
  | "ServerTLSFailure"
  | "ServerTimedOut"
  // what a server answered
  | "ServerUnauthorized"
  | "ServerForbidden"
  | "ServerNotFound"
  | "ServerAlreadyExists"
  | "ServerConflict"
  | "ServerInvalid"
  | "ServerTooBusy"
  | "ServerError"
  | "WriteOutcomeUnknown"
  // federation
  | "InvalidName"
  | "KubeFedNotInstalled"
  | "ClusterAlreadyJoined"
  | "ClusterNotJoined"
  | "ClustersStillJoined"
  | "ClusterUnsupported"
  | "ClusterConfigMalformed"
  | "EndpointUnusable"
  | "TokenNotIssued"
  | "TypeNotFound"
  | "TypeAmbiguous"
  | "TypeNotEnabled"
  | "TypeConflict"
  | "ObjectNotFound"
  | "ObjectConflict"
  | "FederatedObjectsExist"
  | "NamespaceTerminating"
  | "DebrisFound"
  | "DifferencesFound"
  | "PartlyFailed"
  | "LeftBehind";

export interface FedctlErrorOptions {
  /** The next command to type, or the next thing to look at. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** Default: {@link ExitCode.Failed}. */
  readonly exitCode?: ExitCode;
}

/**
 * The one error that users see: `error: <message>` and `hint: <hint>`.
 * The message is lower case, has no full stop, names object, cluster and namespace, and keeps the server's own sentence;
 * it never holds tokens, keys, Secret data or kubeconfig bodies. Anything else that reaches `main` is a bug of ours.
 */
export class FedctlError extends Error {
  override readonly name = "FedctlError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(code: ErrorCode, message: string, options: FedctlErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? ExitCode.Failed;
  }
}

/** True when `error` is a FedctlError with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is FedctlError {
  return error instanceof FedctlError && codes.includes(error.code);
}
