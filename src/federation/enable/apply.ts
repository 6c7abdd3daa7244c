import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import type { CustomResourceDefinition } from "../../kube/objects.ts";
import { isEstablished, waitForCrds, waitForServing } from "../crd-ready.ts";
import { type CrdWatch, watchCrds } from "../crd-watch.ts";
import type { FederationDeps } from "../deps.ts";
import { performStep, type Step } from "../step.ts";
import type { EnablePlan, EnableTypePlan } from "./plan.ts";

export type ApplyDeps = Pick<FederationDeps, "clock" | "signal" | "report">;

/** An API server that is one of several takes 5 s to establish a CRD. */
const establishTimeoutMs = 60_000;

/**
 * Enables the planned types side by side: each gets its CRD, and its FederatedTypeConfig once that CRD is served. One that
 * fails does not stop the others.
 * @throws FedctlError of the type that failed; PartlyFailed when it was not the only one planned; Interrupted
 */
export async function applyEnable({ types }: EnablePlan, api: KubeApi, deps: ApplyDeps): Promise<void> {
  const failures: FedctlError[] = [];
  let done = 0;
  const watch = types.length > 1 ? await tryToWatch(api, deps) : undefined;
  await Promise.all(
    types.map(async (type) => {
      try {
        await enableType(type, api, { ...deps, watch });
        done += 1;
        deps.report.progress("enabling types", { done, total: types.length });
      } catch (error) {
        if (!(error instanceof FedctlError)) throw error;
        failures.push(error);
      }
    }),
  );
  await watch?.close();
  const [first] = failures;
  if (first === undefined) return;
  if (types.length === 1 || hasCode(first, "Interrupted")) throw first;
  throw new FedctlError(
    "PartlyFailed",
    `${failures.length} of ${types.length} types could not be enabled in cluster "${api.context}": ` +
      failures.map(({ message }) => message).join("; "),
    { cause: first, exitCode: ExitCode.PartlyFailed, hint: "run the same command again; what is done stays done" },
  );
}

/** One watch instead of one for each type, where CRDs may be listed. */
async function tryToWatch(api: KubeApi, deps: ApplyDeps): Promise<CrdWatch | undefined> {
  try {
    return await watchCrds(api, deps);
  } catch (error) {
    if (hasCode(error, "ServerForbidden")) return undefined;
    throw error;
  }
}

interface EnsureDeps extends ApplyDeps {
  /** Of all CRDs, begun before they are written. */
  readonly watch?: CrdWatch | undefined;
}

async function enableType({ crd, typeConfig }: EnableTypePlan, api: KubeApi, deps: EnsureDeps): Promise<void> {
  await ensureCrd(crd, api, deps);
  await performStep(api, typeConfig, deps.report);
}

/** Makes a CRD what the step says; resolves when its type is served. */
export async function ensureCrd(step: Step<CustomResourceDefinition>, api: KubeApi, deps: EnsureDeps): Promise<void> {
  const crd = await performStep(api, step, deps.report);
  if (step.action === "keep" && isEstablished(crd)) return;
  const options = { ...deps, timeoutMs: establishTimeoutMs };
  const established = isEstablished(crd) ? crd : await deps.watch?.established(step.object.metadata?.name ?? "");
  if (established !== undefined) {
    await waitForServing(api, established, options);
    return;
  }
  await waitForCrds(api, [step.object.metadata?.name ?? ""], options);
}
