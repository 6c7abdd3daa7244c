import { hasCode } from "../errors.ts";
import type { KubeApi, ObjectKey } from "../kube/kube-api.ts";
import type { Clock } from "./deps.ts";

const pauseMs = 100;

/** Waits, by watch, until an object is no longer there. Put a deadline around it: see withDeadline. */
export async function waitUntilGone(
  api: KubeApi,
  key: ObjectKey,
  { signal, clock }: { readonly signal: AbortSignal; readonly clock: Clock },
): Promise<void> {
  for (;;) {
    const live = await api.get(key, { signal });
    if (live === undefined) return;
    const resourceVersion = live.metadata?.resourceVersion;
    if (await watchDeletion(api, key, { signal, resourceVersion })) return;
    // The watch ended before the object did.
    await clock.sleep(pauseMs, signal);
  }
}

async function watchDeletion(
  api: KubeApi,
  { type, namespace, name }: ObjectKey,
  from: { readonly signal: AbortSignal; readonly resourceVersion: string | undefined },
): Promise<boolean> {
  try {
    for await (const event of api.watch(type, { ...from, namespace, name })) {
      if (event.type === "DELETED") return true;
    }
    return false;
  } catch (error) {
    // Too old a version, a type that has just gone, or somebody who may get but not watch: look again.
    if (hasCode(error, "ServerError", "ServerNotFound", "ServerForbidden")) return false;
    throw error;
  }
}
