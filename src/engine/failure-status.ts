import { FedctlError } from "../errors.ts";

/** The HTTP status that a server refused with, as the kube room keeps it in the cause of its errors; undefined for other failures. */
export function failureStatus(error: unknown): number | undefined {
  const cause = error instanceof FedctlError ? error.cause : undefined;
  if (typeof cause !== "object" || cause === null || !("status" in cause)) return undefined;
  return typeof cause.status === "number" ? cause.status : undefined;
}
