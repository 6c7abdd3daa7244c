import { hasCode } from "../errors.ts";
import { syncFinalizer } from "../federation/kubefed-types.ts";
import type { KubeApi, ObjectKey, Patch, RequestOptions, ResourceType } from "../kube/kube-api.ts";
import type { KubeObject, UnknownObject } from "../kube/objects.ts";
import { finalizersOf, isBeingDeleted, isHeld, isSameObject } from "../propagation/object-state.ts";

/** A federated object on the host. */
export interface Federated {
  readonly type: ResourceType;
  readonly object: UnknownObject;
}

const maxTries = 5;

function keyOf({ type, object }: Federated): ObjectKey {
  const { name = "", namespace } = object.metadata ?? {};
  return { type, namespace, name };
}

/** A write of what an object should be, in the light of what it is; undefined: nothing has to be written. */
type Attempt<T> = (live: UnknownObject) => Promise<T> | undefined;

/** Writes; and when somebody else did meanwhile, writes again in the light of that. Undefined: nothing was written. */
async function writeAmidOthers<T>(
  host: KubeApi,
  federated: Federated,
  { request, attempt }: { readonly request: RequestOptions; readonly attempt: Attempt<T> },
): Promise<T | undefined> {
  let live: UnknownObject | undefined = federated.object;
  for (let tries = 1; ; tries += 1) {
    if (live === undefined || !isSameObject(live, federated.object)) return undefined;
    try {
      return await attempt(live);
    } catch (error) {
      if (hasCode(error, "ServerNotFound")) return undefined;
      if (tries >= maxTries || !hasCode(error, "ServerConflict")) throw error;
      live = await host.get(keyOf(federated), request);
    }
  }
}

/**
 * Makes sure that the object cannot go before its copies do. Resolves to the object as it is then; undefined when it is going or gone,
 * so that nothing may be propagated any more.
 */
export async function ensureFinalizer(
  host: KubeApi,
  federated: Federated,
  request: RequestOptions,
): Promise<UnknownObject | undefined> {
  return writeAmidOthers(host, federated, {
    request,
    attempt: (live) => {
      if (isBeingDeleted(live)) return undefined;
      if (isHeld(live)) return Promise.resolve(live);
      const patch = finalizerPatch(live, [...finalizersOf(live), syncFinalizer]);
      return host.patch(keyOf(federated), patch, request);
    },
  });
}

/** A merge patch replaces the whole list, and so it names the version that it was made of. */
function finalizerPatch({ metadata }: UnknownObject, finalizers: readonly string[]): Patch {
  return { type: "merge", body: { metadata: { finalizers, resourceVersion: metadata?.resourceVersion } } };
}

/** Lets the object go. That it is gone is fine. */
export async function removeFinalizer(host: KubeApi, federated: Federated, request: RequestOptions): Promise<void> {
  await writeAmidOthers(host, federated, {
    request,
    attempt: (live) => {
      if (!isHeld(live)) return undefined;
      const others = finalizersOf(live).filter((finalizer) => finalizer !== syncFinalizer);
      return host.patch(keyOf(federated), finalizerPatch(live, others), request);
    },
  });
}

/** The status that an object should have; undefined: what it has. */
export type StatusOf = (object: UnknownObject) => Readonly<Record<string, unknown>> | undefined;

/** Writes the status, for the object as it is when somebody changed it meanwhile. */
export async function writeStatus(
  host: KubeApi,
  federated: Federated,
  { statusOf, request }: { readonly statusOf: StatusOf; readonly request: RequestOptions },
): Promise<void> {
  await writeAmidOthers(host, federated, {
    request,
    attempt: (live) => {
      const status = statusOf(live);
      return status === undefined ? undefined : host.updateStatus(federated.type, statusBody(live, status), request);
    },
  });
}

/** Of an update of the status, a server reads nothing else. */
function statusBody({ metadata }: UnknownObject, status: object): KubeObject & { status: object } {
  const { name = "", namespace, uid, resourceVersion } = metadata ?? {};
  return {
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
    status,
  };
}
