import { serverError } from "../errors.ts";
import type { Call } from "./call.ts";
import type { Endpoint } from "./endpoint.ts";

export interface Redirect {
  readonly call: Call;
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly status: number;
  readonly location: string | undefined;
}

/**
 * The path to ask instead; undefined when the answer is no redirect for this request.
 * @throws FedctlError ServerError for another host: client-go would send the credentials along
 */
export function followRedirect({ call, endpoint, path, status, location }: Redirect): string | undefined {
  const keepsMethod = status === 307 || status === 308;
  if (location === undefined || (call.method !== "GET" && !keepsMethod) || status === 304) return undefined;
  const target = URL.canParse(location, endpoint.origin + path) ? new URL(location, endpoint.origin + path) : undefined;
  if (target?.origin === new URL(endpoint.origin).origin) return `${target.pathname}${target.search}`;
  const where = target === undefined ? "nowhere" : target.origin;
  throw serverError(call.attempt, {
    status,
    reason: "",
    message: `the server answered ${status} and points to ${where}; credentials go to ${endpoint.origin} alone`,
    details: undefined,
  });
}
