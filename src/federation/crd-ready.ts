import { ExitCode, FedctlError, hasCode } from "../errors.ts";
import type { KubeApi, ResourceType } from "../kube/kube-api.ts";
import type { CustomResourceDefinition } from "../kube/objects.ts";
import type { Clock } from "./deps.ts";
import { withDeadline } from "./deadline.ts";
import { crdType } from "./kubefed-types.ts";
import type { Report } from "./report.ts";

export interface CrdWaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly report: Report;
}

/**
 * Waits until the CRDs are established and their types are served: objects of them can be made from then on.
 * @throws FedctlError TimedOut and TypeConflict, naming the CRD and what the server says of it; Interrupted
 */
export async function waitForCrds(api: KubeApi, names: readonly string[], options: CrdWaitOptions): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  let done = 0;
  const outcomes = await Promise.allSettled(
    names.map(async (name) => {
      try {
        await waitForCrd(api, name, { ...options, signal });
      } catch (error) {
        // The first failure ends the other waits, and is the one to tell of.
        if (!failed.signal.aborted) failed.abort(error);
        throw error;
      }
      done += 1;
      if (names.length > 1) options.report.progress("waiting for CRDs to be served", { done, total: names.length });
    }),
  );
  if (outcomes.some(({ status }) => status === "rejected")) throw failed.signal.reason;
}

/** Waits until the types of a CRD that is established are served. @throws FedctlError TimedOut, Interrupted */
export async function waitForServing(
  api: KubeApi,
  established: CustomResourceDefinition,
  options: CrdWaitOptions,
): Promise<void> {
  await waitForCrd(api, established.metadata?.name ?? "", { ...options, established });
}

async function waitForCrd(
  api: KubeApi,
  name: string,
  options: CrdWaitOptions & { readonly established?: CustomResourceDefinition },
): Promise<void> {
  let seen = options.established;
  try {
    await withDeadline(options, async (signal) => {
      for await (const crd of seen === undefined ? follow(api, name, { ...options, signal }) : []) {
        seen = crd;
        refuseUnaccepted(crd, api.context);
        if (isEstablished(crd)) break;
      }
      if (seen !== undefined) await waitUntilServed(api, seen, { ...options, signal });
    });
  } catch (error) {
    if (!hasCode(error, "TimedOut")) throw error;
    throw timedOut(api.context, { name, seen, timeoutMs: options.timeoutMs });
  }
}

/** The states of one CRD as they come, over as many watches as the server makes of it. */
async function* follow(
  api: KubeApi,
  name: string,
  { signal, clock }: CrdWaitOptions,
): AsyncGenerator<CustomResourceDefinition> {
  for (;;) {
    for await (const event of api.watch<CustomResourceDefinition>(crdType, { name, signal })) {
      if (event.type === "ADDED" || event.type === "MODIFIED") yield event.object;
    }
    // The server ended the watch; a short rest keeps a server that always does from being flooded.
    await clock.sleep(firstPauseMs, signal);
  }
}

const firstPauseMs = 50;
const longestPauseMs = 800;

/** An established type is answered with 404 for a moment, until every handler of the server knows it. */
async function waitUntilServed(api: KubeApi, crd: CustomResourceDefinition, options: CrdWaitOptions): Promise<void> {
  await Promise.all(
    typesOf(crd).map(async (type) => {
      for (let pauseMs = firstPauseMs; !(await isServed(api, type, options)); pauseMs = pauseMs * 2) {
        await options.clock.sleep(Math.min(pauseMs, longestPauseMs), options.signal);
      }
    }),
  );
}

async function isServed(api: KubeApi, type: ResourceType, { signal }: CrdWaitOptions): Promise<boolean> {
  try {
    await api.list(type, { pageSize: 1, firstPageOnly: true, signal });
    return true;
  } catch (error) {
    // Who may make objects without listing them finds out when making them.
    if (hasCode(error, "ServerForbidden")) return true;
    if (hasCode(error, "ServerNotFound")) return false;
    throw error;
  }
}

function typesOf({ spec }: CustomResourceDefinition): readonly ResourceType[] {
  const { kind, plural } = spec.names;
  return spec.versions
    .filter(({ served }) => served)
    .map(({ name }) => ({ group: spec.group, version: name, kind, plural, namespaced: spec.scope === "Namespaced" }));
}

/** Whether the API server has taken a CRD in. */
export function isEstablished(crd: CustomResourceDefinition): boolean {
  return crd.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false;
}

/** Names that another type of the group has are not given to this one however long one waits. */
function refuseUnaccepted(crd: CustomResourceDefinition, cluster: string): void {
  const refusal = crd.status?.conditions?.find(({ type, status }) => type === "NamesAccepted" && status === "False");
  if (refusal === undefined) return;
  const name = crd.metadata?.name ?? "";
  throw new FedctlError(
    "TypeConflict",
    `cluster "${cluster}" does not accept the names of CRD "${name}": ${refusal.message ?? refusal.reason ?? "no reason given"}`,
    { exitCode: ExitCode.Conflict, hint: `look at it: kubectl --context ${cluster} get crd ${name} -o yaml` },
  );
}

interface Waited {
  readonly name: string;
  readonly seen: CustomResourceDefinition | undefined;
  readonly timeoutMs: number;
}

function timedOut(cluster: string, { name, seen, timeoutMs }: Waited): FedctlError {
  const established = seen?.status?.conditions?.find(({ type }) => type === "Established");
  const state = seen === undefined ? "it is not there" : (established?.message ?? "the server says nothing of it yet");
  return new FedctlError(
    "TimedOut",
    `CRD "${name}" of cluster "${cluster}" was not served within ${Math.round(timeoutMs / 1000)} s: ${state}`,
    { exitCode: ExitCode.TimedOut, hint: "run the same command again; what is done stays done" },
  );
}
