import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import type { FederationDeps } from "../deps.ts";
import { forEachInParallel } from "../in-parallel.ts";
import { identityOf } from "../step.ts";
import type { Step } from "../step.ts";
import { orphanAnnotation } from "./facts.ts";
import type { OrphaningOptions } from "./options.ts";

type Orphaning = OrphaningOptions["orphaning"];

const writesInFlight = 32;

/**
 * Writes the marks, several at a time; one that fails does not stop the others, a server that is gone does.
 * @throws FedctlError of the one object; PartlyFailed when there are several; Interrupted
 */
export async function applyOrphaning(
  steps: readonly Step[],
  orphaning: Orphaning,
  { api, deps }: { readonly api: KubeApi; readonly deps: FederationDeps },
): Promise<void> {
  const { report } = deps;
  const failures: FedctlError[] = [];
  let done = 0;
  await forEachInParallel(steps, writesInFlight, async (step) => {
    const change = { cluster: step.cluster, action: step.action, object: identityOf(step), reason: step.reason };
    try {
      if (step.action === "update") await mark(api, step, { orphaning, deps });
      report.change({ ...change, outcome: "done" });
    } catch (error) {
      if (!(error instanceof FedctlError)) throw error;
      report.change({ ...change, outcome: "failed", error });
      if (steps.length === 1 || hasCode(error, ...ofEveryObject)) throw error;
      failures.push(error);
    }
    done += 1;
    if (steps.length > 1) report.progress(`${orphaning} orphaning`, { done, total: steps.length });
  });
  if (failures.length > 0) throw partlyFailed(failures, steps.length);
}

/** Failures behind which every other request would fail too. */
const ofEveryObject = [
  "Interrupted",
  "ServerUnreachable",
  "ServerTLSFailure",
  "ServerUnauthorized",
  "CredentialUnavailable",
] as const;

const maxTries = 5;
const firstPauseMs = 100;

/**
 * A patch of the one annotation: what controllers write to the object meanwhile stays, and does not get in the way (B-OR3).
 * The server itself gives up on a patch when others write without a pause.
 */
async function mark(
  api: KubeApi,
  { type, object }: Step,
  { orphaning, deps }: { readonly orphaning: Orphaning; readonly deps: FederationDeps },
): Promise<void> {
  const { name = "", namespace } = object.metadata ?? {};
  const body = { metadata: { annotations: { [orphanAnnotation]: orphaning === "enable" ? "true" : null } } };
  for (let tries = 1; ; tries += 1) {
    try {
      await api.patch({ type, namespace, name }, { type: "merge", body });
      return;
    } catch (error) {
      if (!hasCode(error, "ServerConflict") || tries === maxTries) throw error;
    }
    await deps.clock.sleep(firstPauseMs * tries, deps.signal);
  }
}

const named = 3;

function partlyFailed(failures: readonly FedctlError[], total: number): FedctlError {
  const more = failures.length > named ? `; and ${failures.length - named} more` : "";
  const texts = failures.slice(0, named).map(({ message }) => message);
  return new FedctlError(
    "PartlyFailed",
    `${failures.length} of ${total} federated objects were not written: ${texts.join("; ")}${more}`,
    {
      exitCode: ExitCode.PartlyFailed,
      cause: failures[0],
      hint: "run the same command again to write the missing ones",
    },
  );
}
