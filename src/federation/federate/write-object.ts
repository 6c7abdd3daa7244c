import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import type { FederatedObject } from "../kubefed-types.ts";
import type { Change, Report } from "../report.ts";
import { identityOf } from "../step.ts";
import type { FederateStep } from "./plan.ts";
import { holdsTemplate } from "./template.ts";

/**
 * Does one step and reports it. An object that somebody made since the plan is fine when it holds the same template.
 * @throws FedctlError of the failed request, ObjectConflict; after reporting it
 */
export async function writeFederatedObject(api: KubeApi, step: FederateStep, report: Report): Promise<void> {
  const { cluster, action } = step;
  const change: Omit<Change, "outcome"> = { cluster, action, object: identityOf(step) };
  try {
    const done = action === "create" ? await createOrAccept(api, step) : "keep";
    report.change({ ...change, action: done, outcome: "done" });
  } catch (error) {
    if (error instanceof FedctlError) report.change({ ...change, outcome: "failed", error });
    throw error;
  }
}

async function createOrAccept(api: KubeApi, step: FederateStep): Promise<"create" | "keep"> {
  try {
    await api.create(step.type, step.object);
    return "create";
  } catch (error) {
    if (!hasCode(error, "ServerAlreadyExists")) throw error;
    const { name = "", namespace } = step.object.metadata ?? {};
    const existing = await api.get<FederatedObject>({ type: step.type, namespace, name });
    if (existing !== undefined && holdsTemplate(existing.spec, step.object.spec.template ?? {}, step.source.target)) {
      return "keep";
    }
    throw new FedctlError("ObjectConflict", `somebody else just federated it with another template: ${error.message}`, {
      cause: error,
      exitCode: ExitCode.Conflict,
    });
  }
}
