import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { sameJson } from "../json-data.ts";
import type { FederatedObject } from "../kubefed-types.ts";
import type { Change, Report } from "../report.ts";
import { identityOf } from "../step.ts";
import { holdsOverrides, mergeOverrides } from "./annotation-overrides.ts";
import type { FederateStep, WritingRules } from "./plan.ts";
import { holdsTemplate } from "./template.ts";

/**
 * Does one step and reports it. An object that somebody made or changed since the plan is treated as if it had been so then.
 * @throws FedctlError of the failed request, ObjectConflict; after reporting it
 */
export async function writeFederatedObject(
  api: KubeApi,
  step: FederateStep,
  { report, writing }: { readonly report: Report; readonly writing: WritingRules },
): Promise<void> {
  const { cluster, action, reason } = step;
  const change: Omit<Change, "outcome"> = { cluster, action, object: identityOf(step), reason };
  try {
    const written = await write(api, step, writing);
    report.change({ ...change, ...written, outcome: "done" });
  } catch (error) {
    if (error instanceof FedctlError) report.change({ ...change, outcome: "failed", error });
    throw error;
  }
}

type Written = Pick<Change, "action" | "reason">;

const maxTries = 5;

async function write(api: KubeApi, step: FederateStep, rules: WritingRules): Promise<Written> {
  for (let tries = 1; ; tries += 1) {
    try {
      const existing = tries === 1 && step.action === "create" ? undefined : await readExisting(api, step);
      if (existing !== undefined) return await settle(api, { step, existing }, rules);
      await api.create(step.type, step.object, { typeIsNew: step.typeIsNew });
      return { action: "create", reason: undefined };
    } catch (error) {
      // Somebody else was there in between: look again.
      if (tries >= maxTries || !hasCode(error, "ServerAlreadyExists", "ServerConflict")) throw error;
    }
  }
}

async function readExisting(api: KubeApi, { type, object }: FederateStep): Promise<FederatedObject | undefined> {
  const { name = "", namespace } = object.metadata ?? {};
  return api.get<FederatedObject>({ type, namespace, name });
}

interface Meeting {
  readonly step: FederateStep;
  readonly existing: FederatedObject;
}

/** What is there counts when it is as it should be, or is to be left; otherwise it is made so. */
async function settle(api: KubeApi, meeting: Meeting, rules: WritingRules): Promise<Written> {
  const { step, existing } = meeting;
  const isSame = holdsTemplate(existing.spec, step.object.spec.template ?? {}, step.source.target);
  if (rules.onConflict === "update") return update(api, { ...meeting, isSame }, rules);
  if (!isSame && rules.onConflict === "fail") throw conflict(step);
  return { action: "keep", reason: isSame ? undefined : "it keeps its other template" };
}

/** Only the template is replaced, and the placement when the user gave one; nothing that anybody changed meanwhile. */
async function update(
  api: KubeApi,
  { step, existing, isSame }: Meeting & { readonly isSame: boolean },
  rules: WritingRules,
): Promise<Written> {
  const isPlaced = !rules.setsPlacement || sameJson(existing.spec.placement, rules.placement);
  const { template = {}, overrides } = step.object.spec;
  if (isSame && isPlaced && holdsOverrides(existing.spec, overrides)) return { action: "keep", reason: undefined };
  const spec = {
    ...existing.spec,
    template,
    ...(rules.setsPlacement && { placement: rules.placement }),
    ...(overrides !== undefined && { overrides: mergeOverrides(existing.spec.overrides, overrides) }),
  };
  await api.update(step.type, { ...existing, spec });
  return { action: "update", reason: step.reason ?? (isSame ? "another placement" : "another template") };
}

function conflict({ object, cluster, type }: FederateStep): FedctlError {
  const { name = "", namespace } = object.metadata ?? {};
  const where = namespace === undefined ? "" : ` in namespace "${namespace}"`;
  return new FedctlError(
    "ObjectConflict",
    `somebody else just federated ${type.kind} "${name}"${where} of cluster "${cluster}" with another template`,
    { exitCode: ExitCode.Conflict, hint: "run the same command again; --on-conflict=update replaces the template" },
  );
}
