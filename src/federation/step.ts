import type { DeleteOptions, KubeApi, ResourceType } from "../kube/kube-api.ts";
import type { KubeObject } from "../kube/objects.ts";
import { FedctlError, hasCode } from "../errors.ts";
import type { Action, Change, ObjectIdentity, Report } from "./report.ts";

/** A planned write (or the finding that none is needed) of one object in one cluster. Pure data. */
export interface Step<T extends KubeObject = KubeObject> {
  /** Name of the cluster for messages. */
  readonly cluster: string;
  readonly action: Action;
  readonly type: ResourceType;
  /** What to write; for `delete` and `keep` the live object or at least its name, namespace and uid. */
  readonly object: T;
  readonly reason?: string | undefined;
  /** Of a `delete`; default: the server's for that type. */
  readonly propagationPolicy?: DeleteOptions["propagationPolicy"];
  /** Of a `create`: its CRD is made by the same run, which servers hold plain POSTs for. */
  readonly typeIsNew?: boolean;
  /** Of an `update`: only the spec is changed, so that what others write to status and metadata meanwhile stays. */
  readonly specOnly?: boolean;
}

/** `v1` for the core group, else `group/version`. */
export function apiVersionOf(type: Pick<ResourceType, "group" | "version">): string {
  return type.group === "" ? type.version : `${type.group}/${type.version}`;
}

/** `plural` for the core group, else `plural.group`: the name of a type's FederatedTypeConfig. */
export function groupQualifiedName(type: Pick<ResourceType, "group" | "plural">): string {
  return type.group === "" ? type.plural : `${type.plural}.${type.group}`;
}

export function identityOf(step: Pick<Step, "type" | "object">): ObjectIdentity {
  const { name = "", namespace } = step.object.metadata ?? {};
  return {
    apiVersion: apiVersionOf(step.type),
    kind: step.type.kind,
    ...(step.type.namespaced && namespace !== undefined && { namespace }),
    name,
  };
}

/** The change a step stands for when nothing is written: `--dry-run`. */
export function plannedChange(step: Step): Change {
  return { ...changeOf(step), outcome: "planned" };
}

function changeOf(step: Step): Omit<Change, "outcome"> {
  return { cluster: step.cluster, action: step.action, object: identityOf(step), reason: step.reason };
}

/**
 * Does one step and reports it, done or failed. Resolves to the object as the server has it now
 * (for `keep` and `delete`: as it was given).
 * @throws FedctlError of the failed request, after reporting it
 */
export async function performStep<T extends KubeObject>(api: KubeApi, step: Step<T>, report: Report): Promise<T> {
  try {
    const written = await write(api, step);
    report.change({ ...changeOf(step), outcome: "done" });
    return written;
  } catch (error) {
    if (error instanceof FedctlError) report.change({ ...changeOf(step), outcome: "failed", error });
    throw error;
  }
}

async function write<T extends KubeObject>(api: KubeApi, step: Step<T>): Promise<T> {
  const { type, object } = step;
  const { name = "", namespace, uid } = object.metadata ?? {};
  switch (step.action) {
    case "create":
      return api.create(type, object, { typeIsNew: step.typeIsNew });
    case "update":
      return step.specOnly === true ? updateSpec(api, step) : api.update(type, object);
    case "delete":
      await api.delete({ type, namespace, name }, { uid, propagationPolicy: step.propagationPolicy });
      return object;
    case "keep":
      return object;
  }
}

const maxTries = 5;

/** Controllers write status and finalizers all the time: only who changes the spec meanwhile (its generation) is in conflict. */
async function updateSpec<T extends KubeObject>(api: KubeApi, { type, object }: Step<T>): Promise<T> {
  const { name = "", namespace } = object.metadata ?? {};
  let next = object;
  for (let tries = 1; ; tries += 1) {
    try {
      return await api.update(type, next);
    } catch (error) {
      if (!hasCode(error, "ServerConflict") || tries === maxTries) throw error;
      const live = await api.get<T>({ type, namespace, name });
      if (!isSameSpec(live, object)) throw error;
      next = { ...object, ...live, ...("spec" in object && { spec: object.spec }) };
    }
  }
}

function isSameSpec(one: KubeObject | undefined, other: KubeObject): boolean {
  const [left, right] = [one, other].map((object) => object?.metadata);
  return left?.uid === right?.uid && left?.generation === right?.generation;
}
