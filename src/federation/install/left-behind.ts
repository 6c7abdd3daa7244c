import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi, ObjectKey } from "../../kube/kube-api.ts";
import { withDeadline } from "../deadline.ts";
import type { ApplyDeps } from "../enable/apply.ts";
import { settled } from "../settled.ts";
import type { Step } from "../step.ts";
import { waitUntilGone } from "../wait-gone.ts";

/** Deleting a CRD deletes its objects first; a namespace waits for the controller that empties it. */
const goneTimeoutMs = 60_000;

export function keyOf({ type, object }: Step): ObjectKey {
  return { type, namespace: object.metadata?.namespace, name: object.metadata?.name ?? "" };
}

/**
 * Waits for what was deleted to be gone.
 * @throws FedctlError LeftBehind naming what is not, and before it those of the `holders` that are still there
 */
export async function refuseLeftBehind(
  steps: readonly Step[],
  api: KubeApi,
  deps: ApplyDeps & { readonly holders?: readonly Step[] },
): Promise<void> {
  const deleted = steps.filter(({ action }) => action === "delete");
  let done = 0;
  const waits = deleted.map(async (step) => {
    await withDeadline({ ...deps, timeoutMs: goneTimeoutMs }, (signal) =>
      waitUntilGone(api, keyOf(step), { signal, clock: deps.clock }),
    ).catch(unlessTimedOut);
    done += 1;
    deps.report.progress("waiting for deletions", { done, total: deleted.length });
  });
  await settled(waits);
  const held = await findLeft(deleted, api);
  if (held.length === 0) return;
  const left = [...(await findLeft(deps.holders ?? [], api)), ...held];
  const more = left.length > named ? `, and ${left.length - named} more` : "";
  throw new FedctlError(
    "LeftBehind",
    `left behind in cluster "${api.context}": ${left.slice(0, named).join(", ")}${more}`,
    {
      exitCode: ExitCode.LeftBehind,
      hint: "find out who has to remove the finalizers, then run the same command again",
    },
  );
}

/** More names than these help nobody. */
const named = 10;

function unlessTimedOut(error: unknown): void {
  if (!hasCode(error, "TimedOut")) throw error;
}

/** Looks again at what was to be deleted: the names of what is there, with what keeps it. */
async function findLeft(steps: readonly Step[], api: KubeApi): Promise<readonly string[]> {
  const deleted = steps.filter(({ action }) => action === "delete");
  const found = await Promise.all(
    deleted.map(async (step) => {
      const live = await api.get(keyOf(step));
      return live === undefined || live.metadata?.uid !== step.object.metadata?.uid
        ? []
        : [describeLeft({ ...step, object: live })];
    }),
  );
  return found.flat().sort();
}

/** `Kind "name" in namespace "..." (finalizers: ...)` */
export function describeLeft({ type, object }: Step): string {
  const { name = "", namespace, finalizers = [] } = object.metadata ?? {};
  const place = namespace === undefined ? "" : ` in namespace "${namespace}"`;
  return `${type.kind} "${name}"${place}${finalizers.length === 0 ? "" : ` (finalizers: ${finalizers.join(", ")})`}`;
}
