import { hasCode } from "../../errors.ts";
import type { KubeApi, ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { FederationDeps } from "../deps.ts";
import { type InstanceReach, listInstances } from "./instance-list.ts";

const pauseMs = 200;

export interface DeletedWait {
  readonly type: ResourceType;
  readonly reach: InstanceReach;
  readonly uids: ReadonlySet<string>;
  /** Called with those that are still there: first of all, and whenever one has gone. */
  readonly onLeft: (left: ReadonlySet<string>) => void;
}

/** Waits, by one watch, until none of these objects is there any more. Put a deadline around it: see withDeadline. */
export async function waitUntilDeleted(
  api: KubeApi,
  wait: DeletedWait,
  { signal, clock }: Pick<FederationDeps, "signal" | "clock">,
): Promise<void> {
  for (;;) {
    const { objects, resourceVersion } = await listInstances(api, wait.type, wait.reach);
    const left = new Set(objects.map(uidOf).filter((uid) => wait.uids.has(uid)));
    wait.onLeft(left);
    if (left.size === 0) return;
    await watchDeletions(api, { ...wait, left }, { signal, resourceVersion });
    if (left.size === 0) return;
    // The watch ended before the last object did.
    await clock.sleep(pauseMs, signal);
  }
}

/** Takes out of `left` what goes. */
async function watchDeletions(
  api: KubeApi,
  { type, reach, left, onLeft }: DeletedWait & { readonly left: Set<string> },
  from: { readonly signal: AbortSignal; readonly resourceVersion: string | undefined },
): Promise<void> {
  const namespace = reach === "none" ? undefined : reach.namespace;
  try {
    for await (const event of api.watch<KubeObject>(type, { ...from, namespace })) {
      if (event.type === "DELETED" && left.delete(uidOf(event.object))) onLeft(left);
      if (left.size === 0) return;
    }
  } catch (error) {
    // Too old a version, a type that has just gone, or somebody who may list but not watch: look again.
    if (!hasCode(error, "ServerError", "ServerNotFound", "ServerForbidden")) throw error;
  }
}

function uidOf({ metadata }: KubeObject): string {
  return metadata?.uid ?? "";
}
