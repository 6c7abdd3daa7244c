import { ExitCode, FedctlError, type ErrorCode } from "../errors.ts";
import type { WireFailure } from "./internal/wire.ts";
import type { Status } from "./objects.ts";

/** What a server answered in place of what was asked: the `cause` of the FedctlErrors of this room. */
export interface ServerFailure {
  /** HTTP status, or the code of a Status event of a watch. */
  readonly status: number;
  /** A metav1.StatusReason: "Forbidden", "AlreadyExists"; "" when the server gave none. */
  readonly reason: string;
  /** The server's own sentence. */
  readonly message: string;
  readonly details: Status["details"];
}

/** What the server answered, when that is what `error` reports. */
export function failureOf(error: unknown): ServerFailure | undefined {
  const cause: unknown = error instanceof FedctlError ? error.cause : undefined;
  const isFailure = typeof cause === "object" && cause !== null && "status" in cause && "reason" in cause;
  return isFailure ? (cause as ServerFailure) : undefined; // No other cause has both.
}

/** What was attempted, in the words of messages. */
export interface Attempt {
  /** "create", "list". */
  readonly verb: string;
  /** `secrets "a" in namespace "x"`. */
  readonly what: string;
  /** The kubeconfig's context; "" in a pod. */
  readonly context: string;
  readonly user: string;
  readonly namespace: string | undefined;
  /** The same for kubectl: `secrets a -n x`; absent for what is no resource. */
  readonly kubectlTarget?: string;
}

/** `create secrets "a" in namespace "x" of cluster "earth"`. */
export function attemptWords({ verb, what, context }: Attempt): string {
  return `${verb} ${what} of ${context === "" ? "the cluster this pod runs in" : `cluster "${context}"`}`;
}

const codeOfReason: Readonly<Record<string, ErrorCode>> = {
  Unauthorized: "ServerUnauthorized",
  Forbidden: "ServerForbidden",
  NotFound: "ServerNotFound",
  AlreadyExists: "ServerAlreadyExists",
  Conflict: "ServerConflict",
  Invalid: "ServerInvalid",
  TooManyRequests: "ServerTooBusy",
  Timeout: "ServerTimedOut",
  ServerTimeout: "ServerTimedOut",
};

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  401: "ServerUnauthorized",
  403: "ServerForbidden",
  404: "ServerNotFound",
  409: "ServerConflict",
  422: "ServerInvalid",
  429: "ServerTooBusy",
  504: "ServerTimedOut",
};

/** Reads an error answer: a metav1.Status, or whatever a proxy in between says. */
export function readServerFailure(status: number, body: string): ServerFailure {
  const parsed = parseStatus(body);
  if (parsed === undefined) return { status, reason: "", message: foreignWords(status, body), details: undefined };
  const message = oneLine(parsed.message ?? "");
  return {
    status: parsed.code ?? status,
    reason: parsed.reason ?? "",
    message: message === "" ? `the server answered ${status}` : message,
    details: parsed.details,
  };
}

function parseStatus(body: string): Status | undefined {
  if (!body.startsWith("{")) return undefined;
  try {
    const parsed = JSON.parse(body) as Status; // Looked at field by field.
    return parsed.kind === "Status" ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Plain text is repeated (`404 page not found`), a proxy's page is not. */
function foreignWords(status: number, body: string): string {
  const text = oneLine(body);
  const isSentence = text !== "" && text.length <= 300 && !text.startsWith("<") && !text.startsWith("{");
  return `the server answered ${status}${isSentence ? `: ${text}` : ""}`;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*[\r\n]+\s*/g, " ");
}

/** The error for an answer that refuses what was attempted. */
export function serverError(attempt: Attempt, failure: ServerFailure): FedctlError {
  const code = codeOfReason[failure.reason] ?? codeOfStatus[failure.status] ?? "ServerError";
  return new FedctlError(code, `cannot ${attemptWords(attempt)}: ${failure.message}`, {
    cause: failure,
    hint: serverHint(code, attempt, failure),
    exitCode: code === "ServerTimedOut" ? ExitCode.TimedOut : ExitCode.Failed,
  });
}

function serverHint(code: ErrorCode, attempt: Attempt, failure: ServerFailure): string | undefined {
  const kubectl = kubectlWords(attempt);
  const inNamespace = attempt.namespace === undefined ? "" : ` -n ${attempt.namespace}`;
  switch (code) {
    case "ServerUnauthorized":
      return `check the credentials of user "${attempt.user}": ${kubectl} auth whoami`;
    case "ServerForbidden":
      return `see what you may do: ${kubectl} auth can-i --list${inNamespace}`;
    case "ServerNotFound":
      return `see what the server knows: ${kubectl} api-resources`;
    case "ServerConflict":
      return "somebody else changed it meanwhile; run the same command again";
    case "ServerTooBusy":
      return "the server has too much to do; run the same command again later";
    case "ServerTimedOut":
      return "run the same command again, with more time: --request-timeout";
    default:
      return failure.status >= 500 ? `look at the server: ${kubectl} get --raw '/readyz?verbose'` : undefined;
  }
}

function kubectlWords({ context }: Attempt): string {
  if (context === "") return "kubectl";
  return `kubectl --context ${/^[\w@%+=:,./-]+$/.test(context) ? context : `'${context}'`}`;
}

/** `Get "https://host/path"`, as Go's net/http begins its errors. */
function requestWords(method: string, url: string): string {
  return `${method.charAt(0)}${method.slice(1).toLowerCase()} "${url}"`;
}

/** The error for a request that got no answer. */
export function unreachableError(
  attempt: Attempt,
  request: { readonly method: string; readonly url: string },
  failure: WireFailure,
): FedctlError {
  const codes = { network: "ServerUnreachable", tls: "ServerTLSFailure", timeout: "ServerTimedOut" } as const;
  const words = `cannot ${attemptWords(attempt)}: ${requestWords(request.method, request.url)}: ${failure.message}`;
  const doubt = request.method !== "GET" && failure.stage === "lost" ? "; it may have been done" : "";
  return new FedctlError(codes[failure.kind], `${words}${doubt}`, {
    cause: failure,
    hint: unreachableHint(attempt, failure),
    exitCode: failure.kind === "timeout" ? ExitCode.TimedOut : ExitCode.Failed,
  });
}

function unreachableHint(attempt: Attempt, failure: WireFailure): string {
  if (failure.kind === "timeout") return "run the same command again, with more time: --request-timeout";
  if (failure.message.includes("no such host"))
    return "check the server's name in the kubeconfig: kubectl config view --minify";
  if (failure.kind === "network") return `check that the server is up: ${kubectlWords(attempt)} get --raw /readyz`;
  return `check certificate-authority and tls-server-name of the cluster: ${kubectlWords(attempt)} config view --minify`;
}

/** The error for a write of which nobody can tell whether it was done. */
export function outcomeUnknownError(attempt: Attempt, failure: WireFailure | undefined): FedctlError {
  const why = failure === undefined ? "" : `: ${failure.message}`;
  return new FedctlError("WriteOutcomeUnknown", `cannot tell whether this was done: ${attemptWords(attempt)}${why}`, {
    cause: failure,
    hint: `look before you run the command again: ${kubectlWords(attempt)} get ${attempt.kubectlTarget ?? ""}`.trim(),
  });
}

/** The error for what a signal stopped. */
export function interruptedError(attempt: Attempt, mayBeDone: boolean): FedctlError {
  const doubt = mayBeDone ? "; it may have been done" : "";
  return new FedctlError("Interrupted", `interrupted while trying to ${attemptWords(attempt)}${doubt}`, {
    exitCode: ExitCode.Interrupted,
    hint: "run the same command again to continue",
  });
}
