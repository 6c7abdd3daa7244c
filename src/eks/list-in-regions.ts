import { FedctlError } from "../errors.ts";
import { type AwsDeps, type AwsOptions, type AwsSession, openAwsSession, requireRegion } from "./aws-session.ts";
import { type EksClusterList, listClusters, type ListRequest } from "./list-clusters.ts";
import { sessionKeys } from "./session-keys.ts";
import type { AwsKeys } from "./token.ts";

export interface ListOptions extends AwsOptions, ListRequest {
  /** Instead of the one region of {@link AwsOptions}. */
  readonly regions: readonly string[] | undefined;
}

/**
 * The clusters of one region or several, each described: all pages of the list. A failure takes along no more than it must.
 * @throws FedctlError when nothing could be listed
 */
export async function listInRegions(options: ListOptions, deps: AwsDeps): Promise<EksClusterList> {
  const regions = options.regions === undefined ? [options.region] : [...new Set(options.regions)];
  const sessions = regions.map((region) => openAwsSession({ ...options, region }, deps));
  const [first] = sessions;
  if (first === undefined) return { clusters: [], failures: [] };
  sessions.forEach(requireRegion);
  // One login serves all regions.
  const keys = await sessionKeys(first);
  const lists = await Promise.all(sessions.map((session) => listOrFailure(options, keys, session)));
  const failed = lists.flatMap((list) => (list instanceof FedctlError ? [list] : []));
  const [failure] = failed;
  if (failure !== undefined && failed.length === lists.length) throw allOf(failure, failed);
  const read = lists.flatMap((list) => (list instanceof FedctlError ? [] : [list]));
  return {
    clusters: read.flatMap(({ clusters }) => clusters),
    failures: [...failed, ...read.flatMap(({ failures }) => failures)],
  };
}

/** Regions fail for one reason mostly, so that the first hint serves. */
function allOf({ code, hint, cause, exitCode }: FedctlError, failures: readonly FedctlError[]): FedctlError {
  return new FedctlError(code, failures.map(({ message }) => message).join("; "), { hint, cause, exitCode });
}

async function listOrFailure(
  request: ListRequest,
  keys: AwsKeys,
  session: AwsSession,
): Promise<EksClusterList | FedctlError> {
  try {
    return await listClusters(request, keys, session);
  } catch (error) {
    if (!(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    return error;
  }
}
