import { ExitCode, FedctlError } from "../../errors.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import { isFederationType } from "../enable/type-config.ts";
import { suggestCommand } from "../suggest.ts";
import type { FederateFacts, Source } from "./facts.ts";
import { crdNameOf } from "./federated-type.ts";
import type { FederatedType } from "./federated-type.ts";
import { federatedObjectOf, isNamespace } from "./federated-object.ts";
import type { FederateOptions } from "./options.ts";
import { unfederatable } from "./selection.ts";
import { holdsTemplate } from "./template.ts";

/** @throws FedctlError when the object that was named cannot be federated at all */
export function checkSubject({ subject, cluster, typeConfigs }: FederateFacts, options: FederateOptions): void {
  const [object] = subject.objects;
  if (object === undefined) return;
  if (isFederationType(subject.type.resource, typeConfigs)) {
    throw new FedctlError("TypeConflict", `${subject.type.name} is a type of the federation itself`, {
      exitCode: ExitCode.Conflict,
      hint: "name the object that is to be federated, not the federated one",
    });
  }
  const reason = unfederatable(subject.type.target, object);
  if (reason !== undefined) {
    throw new FedctlError(
      "ObjectConflict",
      `${describe(subject, object)} in cluster "${cluster}" cannot be federated: ${reason}`,
      {
        exitCode: ExitCode.Conflict,
      },
    );
  }
  if (
    isNamespace(subject.type.target) &&
    object.metadata?.deletionTimestamp !== undefined &&
    options.output === undefined
  ) {
    throw new FedctlError(
      "NamespaceTerminating",
      `namespace "${options.name}" in cluster "${cluster}" is being deleted`,
      {
        exitCode: ExitCode.Conflict,
        hint: "wait until it is gone, make it again, and federate it then",
      },
    );
  }
}

function describe(source: Source, object: UnknownObject): string {
  const { name = "", namespace } = object.metadata ?? {};
  return `${source.type.target.kind} "${namespace === undefined ? "" : `${namespace}/`}${name}"`;
}

/** @throws FedctlError TypeNotEnabled, TypeNotFound naming every type that is not ready */
export function checkTypes({ subject, contents, cluster }: FederateFacts, options: FederateOptions): void {
  const types = [subject, ...contents].map(({ type }) => type);
  refuseUnserved(types, cluster, options);
  if (options.enableType) return;
  const absent = types.filter(({ state }) => state === "notEnabled").map(({ name }) => name);
  const broken = types.filter(({ state }) => state === "crdMissing");
  const hint = (names: readonly string[]) =>
    `add --enable-type, or run: ${suggestCommand(`enable ${names.join(" ")}`, options)}`;
  if (absent.length > 0) {
    const verb = absent.length === 1 ? "is" : "are";
    throw new FedctlError(
      "TypeNotEnabled",
      `${absent.join(", ")} ${verb} not enabled for federation in cluster "${cluster}"`,
      {
        hint: hint(absent),
      },
    );
  }
  if (broken.length > 0) {
    const crds = broken.map(({ federated }) => `"${crdNameOf(federated)}"`).join(", ");
    const names = broken.map(({ name }) => name);
    throw new FedctlError(
      "TypeNotEnabled",
      `the federated type of ${names.join(", ")} is not served by cluster "${cluster}": there is no CRD ${crds}`,
      { hint: hint(names) },
    );
  }
}

function refuseUnserved(types: readonly FederatedType[], cluster: string, options: FederateOptions): void {
  const unserved = types.filter(({ state }) => state === "targetUnserved");
  const [first] = unserved;
  if (first === undefined) return;
  const names = unserved.map(({ name, target }) => `${name} (${target.version})`).join(", ");
  throw new FedctlError(
    "TypeNotFound",
    `the FederatedTypeConfig names a version that cluster "${cluster}" does not serve: ${names}`,
    { hint: `enable it again, for a version that is served: ${suggestCommand(`enable ${first.name}`, options)}` },
  );
}

interface Conflict {
  readonly object: string;
  readonly beingDeleted: boolean;
}

/**
 * Placement and overrides are the user's to edit and never a difference; another template is.
 * @throws FedctlError ObjectConflict naming the first few
 */
export function checkConflicts(sources: readonly Source[], cluster: string, options: FederateOptions): void {
  const conflicts = sources.flatMap(conflictsOf);
  const deleting = conflicts.filter(({ beingDeleted }) => beingDeleted);
  if (deleting.length > 0) {
    throw new FedctlError("ObjectConflict", `already being deleted in cluster "${cluster}": ${firstFew(deleting)}`, {
      exitCode: ExitCode.Conflict,
      hint: "try again when it is gone",
    });
  }
  if (conflicts.length > 0) {
    throw new FedctlError(
      "ObjectConflict",
      `already federated in cluster "${cluster}" with another template: ${firstFew(conflicts)}`,
      {
        exitCode: ExitCode.Conflict,
        hint: `nothing was written; compare with: ${suggestCommand(yamlCommand(options), options)}`,
      },
    );
  }
}

function yamlCommand({ type, name, namespace, contents }: FederateOptions): string {
  const inNamespace = namespace === undefined ? "" : ` -n ${namespace}`;
  return `federate ${type} ${name}${inNamespace}${contents ? " --contents" : ""} -o yaml`;
}

function conflictsOf(source: Source): Conflict[] {
  return source.objects.flatMap((object) => {
    const federated = federatedObjectOf(object, source.type);
    const { name = "", namespace } = federated.metadata ?? {};
    const existing = source.existing.get(name);
    if (existing === undefined) return [];
    const beingDeleted = existing.metadata?.deletionTimestamp !== undefined;
    if (!beingDeleted && holdsTemplate(existing.spec, federated.spec.template ?? {}, source.type.target)) return [];
    return [
      { object: `${federated.kind ?? ""} "${namespace === undefined ? "" : `${namespace}/`}${name}"`, beingDeleted },
    ];
  });
}

const named = 3;

function firstFew(conflicts: readonly Conflict[]): string {
  const more = conflicts.length - named;
  const names = conflicts.slice(0, named).map(({ object }) => object);
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
