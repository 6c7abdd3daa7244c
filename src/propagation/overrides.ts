import { isRecord, type JsonRecord } from "../federation/json-data.ts";
import type { UnknownObject } from "../kube/objects.ts";
import { applyOperation, PatchError, type PatchOperation } from "./json-patch.ts";

/** Overrides that cannot be applied, in words. */
export class OverrideError extends Error {
  override readonly name = "OverrideError";
}

/** Fields that say which object it is; an override of what they are in could change them too. */
const forbiddenPaths: ReadonlySet<string> = new Set([
  "",
  "/kind",
  "/metadata",
  "/metadata/generateName",
  "/metadata/name",
  "/metadata/namespace",
]);

/**
 * The operations for one cluster, in their order. What is wrong with another cluster's is no concern of this one.
 * @throws OverrideError
 */
export function overridesFor(federated: UnknownObject, cluster: string): readonly PatchOperation[] {
  const own = itemsOf(federated).filter(({ clusterName }) => clusterName === cluster);
  if (own.length > 1) throw new OverrideError(`cluster "${cluster}" appears more than once`);
  const listed = own[0]?.["clusterOverrides"];
  const operations = (Array.isArray(listed) ? listed : []).map(readOperation);
  const paths = new Set<string>();
  for (const [index, { path }] of operations.entries()) {
    if (forbiddenPaths.has(path)) {
      throw new OverrideError(`override[${index}] for cluster "${cluster}" has an invalid path: ${path}`);
    }
    if (paths.has(path)) throw new OverrideError(`path "${path}" appears more than once for cluster "${cluster}"`);
    paths.add(path);
  }
  return operations;
}

/** Clusters that have overrides, in their order. */
export function overriddenClusters(federated: UnknownObject): readonly string[] {
  const names = itemsOf(federated).map(({ clusterName }) => clusterName);
  return [...new Set(names.filter((name) => typeof name === "string"))];
}

function itemsOf({ spec }: UnknownObject): readonly JsonRecord[] {
  const overrides = isRecord(spec) ? spec["overrides"] : undefined;
  return Array.isArray(overrides) ? overrides.filter(isRecord) : [];
}

function readOperation(item: unknown, index: number): PatchOperation {
  const { op = "replace", path = "", value } = isRecord(item) ? item : {};
  const kind = op === "" || op === null ? "replace" : op;
  if (kind !== "add" && kind !== "remove" && kind !== "replace") {
    throw new OverrideError(`override[${index}] has an unknown op: ${JSON.stringify(kind)}`);
  }
  return { op: kind, path: typeof path === "string" ? path : "", value };
}

/** @throws OverrideError naming the operation that cannot be applied */
export function applyOverrides(object: JsonRecord, operations: readonly PatchOperation[]): JsonRecord {
  return operations.reduce((changed, operation, index) => {
    try {
      return applyOperation(changed, operation);
    } catch (error) {
      if (error instanceof PatchError) throw new OverrideError(`override[${index}]: ${error.message}`);
      throw error;
    }
  }, object);
}
