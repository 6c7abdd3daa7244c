import { ExitCode, FedctlError } from "../../errors.ts";

/** What AWS, or the way there, answered instead of a result. */
export function awsFailure(error: unknown, what: string, hint?: string): FedctlError {
  if (error instanceof FedctlError) return error;
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  // What the SDK makes of Ctrl-C, and of nothing else.
  if (name === "AbortError") return interrupted(error);
  if (error instanceof Error && "$fault" in error) {
    const options = { cause: error, hint: hint ?? hintFor(name) };
    return new FedctlError("AwsRequestRefused", `${what}: ${name}: ${message}`, options);
  }
  // node leaves the message of an AggregateError empty: both addresses of a host refused.
  const code = error instanceof Error && "code" in error ? String(error.code) : name;
  return new FedctlError("AwsUnreachable", `${what}: ${message === "" ? code : message}`, {
    cause: error,
    hint: "check region, network, HTTPS_PROXY and AWS_CA_BUNDLE",
  });
}

function interrupted(cause: unknown): FedctlError {
  return new FedctlError("Interrupted", "interrupted", {
    cause,
    exitCode: ExitCode.Interrupted,
    hint: "run the same command again",
  });
}

function hintFor(name: string): string {
  if (/Expired/.test(name)) return "the credentials have expired: log in again";
  if (/NotFound/.test(name)) return 'list the clusters with "fedctl eks list"';
  if (/AccessDenied|Unauthorized/.test(name)) return 'see who you are with "aws sts get-caller-identity"';
  return "look at credentials, profile and region";
}
