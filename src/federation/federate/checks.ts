import { ExitCode, FedctlError } from "../../errors.ts";
import { isFederationType } from "../enable/type-config.ts";
import { suggestCommand } from "../suggest.ts";
import { commandLineOf } from "./command-line.ts";
import type { FederateFacts, Source } from "./facts.ts";
import { crdNameOf } from "./federated-type.ts";
import type { FederatedType } from "./federated-type.ts";
import { isNamespace } from "./federated-object.ts";
import { parseInclude } from "./include.ts";
import { namesType } from "./names-type.ts";
import { firstFew, qualifiedName } from "./object-key.ts";
import type { FederateOptions } from "./options.ts";

/** @throws FedctlError when what was named cannot be federated at all */
export function checkSubject(facts: FederateFacts, options: FederateOptions): void {
  const { subject, sourceCluster, typeConfigs, refused, terminating } = facts;
  if (isFederationType(subject.type.resource, typeConfigs)) {
    throw new FedctlError("TypeConflict", `${subject.type.name} is a type of the federation itself`, {
      exitCode: ExitCode.Conflict,
      hint: "name the object that is to be federated, not the federated one",
    });
  }
  const [first] = refused;
  if (first !== undefined) {
    throw new FedctlError(
      "ObjectConflict",
      `${subject.type.target.kind} "${qualifiedName(first)}" in cluster "${sourceCluster}" cannot be federated: ${first.reason}`,
      { exitCode: ExitCode.Conflict, hint: `to do it nevertheless add --include ${first.type}/${first.name}` },
    );
  }
  if (terminating.length > 0 && options.output === undefined) {
    const names = terminating.map((name) => `"${name}"`).join(", ");
    throw new FedctlError("NamespaceTerminating", `namespace ${names} in cluster "${sourceCluster}" is being deleted`, {
      exitCode: ExitCode.Conflict,
      hint: "wait until it is gone, make it again, and federate it then",
    });
  }
}

/** An object that the user wants in spite of all is not left out in silence. @throws FedctlError TypeNotFound, ObjectNotFound */
export function checkIncludes(facts: FederateFacts, options: FederateOptions): void {
  for (const { text, type, name } of parseInclude(options.include)) {
    if (name === undefined) continue;
    const sources = [facts.subject, ...facts.contents].filter((source) => namesType(source.type.resource, type));
    if (sources.some(({ found }) => found.some((one) => one.name === name))) continue;
    const skipped = facts.skipped.find(
      (one) => one.name === name && sources.some((source) => source.type.name === one.type),
    );
    throw new FedctlError(
      "ObjectNotFound",
      `--include ${text}: ${skipped?.reason ?? `there is no such object in cluster "${facts.sourceCluster}"`}`,
      { hint: "nothing was written; correct or leave out this --include" },
    );
  }
}

/** @throws FedctlError TypeNotEnabled, TypeNotFound naming every type that is not ready */
export function checkTypes(
  { subject, contents, cluster, sourceCluster }: FederateFacts,
  options: FederateOptions,
): void {
  const types = uniqueTypes([subject, ...contents]);
  refuseUnserved(types, sourceCluster, options);
  if (options.enableType) {
    refuseUnknownToHost(types, cluster);
    return;
  }
  const absent = types.filter(({ state }) => state === "notEnabled").map(({ name }) => name);
  const broken = types.filter(({ state }) => state === "crdMissing");
  const hint = (names: readonly string[]) =>
    `add --enable-type, or run: ${suggestCommand(`enable ${names.join(" ")}`, options)}`;
  if (absent.length > 0) {
    const verb = absent.length === 1 ? "is" : "are";
    throw new FedctlError(
      "TypeNotEnabled",
      `${absent.join(", ")} ${verb} not enabled for federation in cluster "${cluster}"`,
      { hint: hint(absent) },
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

function uniqueTypes(sources: readonly Source[]): readonly FederatedType[] {
  return [...new Map(sources.map(({ type }) => [type.name, type])).values()];
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

function refuseUnknownToHost(types: readonly FederatedType[], cluster: string): void {
  const unknown = types.filter(({ state, servedByHost }) => state === "notEnabled" && !servedByHost);
  if (unknown.length === 0) return;
  const names = unknown.map(({ name, target }) => `${name} (${target.version})`).join(", ");
  throw new FedctlError(
    "TypeNotFound",
    `cannot enable what the host cluster "${cluster}" does not serve itself: ${names}`,
    { hint: "install these types in the host cluster first" },
  );
}

/** Only a namespace that is to be federated is made: whoever federates what is in one has to want it. @throws FedctlError ObjectNotFound */
export function checkNamespaces(
  { missingNamespaces, subject, cluster }: FederateFacts,
  options: FederateOptions,
): void {
  const [first] = missingNamespaces;
  if (first === undefined || isNamespace(subject.type.target)) return;
  throw new FedctlError(
    "ObjectNotFound",
    `federated objects need a namespace of the same name in the host cluster "${cluster}", which has no ${firstFew(
      missingNamespaces.map((name) => `"${name}"`),
      named,
    )}`,
    {
      hint: `federate the namespace first: ${commandLineOf({ ...options, type: "namespace", names: [first], namespace: undefined, selector: undefined, allNamespaces: false })}`,
    },
  );
}

const named = 10;

/**
 * Placement and overrides are the user's to edit and never a difference; another template is.
 * @throws FedctlError ObjectConflict naming the first few
 */
export function checkConflicts(sources: readonly Source[], cluster: string, options: FederateOptions): void {
  if (options.onConflict === "skip") return;
  const deleting = conflictsOf(sources, "beingDeleted");
  if (deleting.length > 0) {
    throw new FedctlError(
      "ObjectConflict",
      `already being deleted in cluster "${cluster}": ${firstFew(deleting, named)}`,
      { exitCode: ExitCode.Conflict, hint: "try again when it is gone, or leave it alone with --on-conflict=skip" },
    );
  }
  const others = options.onConflict === "fail" ? conflictsOf(sources, "other") : [];
  if (others.length === 0) return;
  throw new FedctlError(
    "ObjectConflict",
    `already federated in cluster "${cluster}" with another template: ${firstFew(others, named)}`,
    {
      exitCode: ExitCode.Conflict,
      hint:
        "nothing was written; --on-conflict=update replaces these templates, --on-conflict=skip leaves them; " +
        `compare with: ${commandLineOf({ ...options, enableType: false })} -o yaml`,
    },
  );
}

function conflictsOf(sources: readonly Source[], standing: "other" | "beingDeleted"): string[] {
  return sources.flatMap(({ type, found }) =>
    found
      .filter((one) => one.standing === standing)
      .map(({ namespace, name }) => {
        const place = isNamespace(type.target) ? name : namespace;
        const isPlaced = type.federated.namespaced && place !== undefined;
        return `${type.federated.kind} "${qualifiedName({ namespace: isPlaced ? place : undefined, name })}"`;
      }),
  );
}
