import { FedctlError, hasCode } from "../../errors.ts";
import type { ApiResource, KubeApi } from "../../kube/kube-api.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { FederatedObject } from "../kubefed-types.ts";
import type { Report, Warning } from "../report.ts";
import { groupQualifiedName } from "../step.ts";
import { selectContentTypes } from "./content-types.ts";
import type { FederateFacts, Source } from "./facts.ts";
import { confirmCrdMissing, federatedTypeOf } from "./federated-type.ts";
import type { FederatedType, Federation } from "./federated-type.ts";
import { forEachInParallel } from "./in-parallel.ts";
import type { FederateOptions } from "./options.ts";
import { selectObjects } from "./selection.ts";
import type { SkippedObject } from "./selection.ts";

type Contents = Pick<FederateFacts, "contents" | "skipped" | "skippedTypes" | "warnings">;

const listsInFlight = 32;
/** Pages of one type come one after the other: with 500 objects each, three round trips for a thousand. */
const pageSize = 2_000;

/**
 * Reads what is in a namespace, all types at once: the objects to take, and the federated objects of these types.
 * @throws FedctlError when any type cannot be listed, naming all of them
 */
export async function readContents(
  federation: Federation,
  options: FederateOptions,
  report: Report,
): Promise<Contents> {
  const { api, discovery, typeConfigs } = federation;
  const types = selectContentTypes(discovery.resources, [...typeConfigs.values()], options.skipApiResources);
  const found = new Map<ApiResource, TypeContents>();
  const failures = new Map<string, FedctlError>();
  await forEachInParallel(types.taken, listsInFlight, async (resource) => {
    try {
      found.set(resource, await readType(federation, resource, options));
    } catch (error) {
      if (!hasCode(error, ...ofOneType)) throw error;
      failures.set(groupQualifiedName(resource), error);
    }
    report.progress("reading", { done: found.size + failures.size, total: types.taken.length });
  });
  if (failures.size > 0) throw unreadable(failures, api, options);
  const contents = types.taken.flatMap((resource) => found.get(resource) ?? []);
  return {
    contents: contents.flatMap(({ source }) => source ?? []),
    skipped: contents.flatMap(({ skipped }) => skipped),
    skippedTypes: types.skipped,
    warnings: [...types.warnings, ...deadGroups(federation)],
  };
}

/** Failures that say something about one type only; behind any other there is no use in going on. */
const ofOneType = [
  "ServerForbidden",
  "ServerNotFound",
  "ServerInvalid",
  "ServerError",
  "ServerTooBusy",
  "ServerTimedOut",
] as const;

function unreadable(failures: ReadonlyMap<string, FedctlError>, api: KubeApi, options: FederateOptions): FedctlError {
  const types = [...failures.keys()].sort();
  const [first] = failures.values();
  return new FedctlError(
    first?.code ?? "ServerError",
    `cannot list ${types.join(", ")} in namespace "${options.name}" of cluster "${api.context}": ${first?.message ?? ""}`,
    { cause: first, hint: `nothing was written; leave them out with --skip-api-resources ${types.join(",")}` },
  );
}

function deadGroups({ discovery, api }: Federation): Warning[] {
  return discovery.failures.map(({ groupVersion, message }) => ({
    code: "GroupUnavailable",
    message: `${groupVersion} of cluster "${api.context}" does not answer; its types are left out: ${message}`,
  }));
}

interface TypeContents {
  readonly source: Source | undefined;
  readonly skipped: readonly SkippedObject[];
}

async function readType(
  federation: Federation,
  resource: ApiResource,
  options: FederateOptions,
): Promise<TypeContents> {
  const { api } = federation;
  const type = federatedTypeOf(federation, resource);
  const listed = type.state === "targetUnserved" ? resource : type.target;
  const { items } = await api.list(listed, { namespace: options.name, pageSize });
  items.forEach(forgetManagedFields);
  const { taken, skipped } = selectObjects(listed, items);
  if (taken.length === 0) return { source: undefined, skipped };
  const usable = options.output !== undefined ? type : await confirmCrdMissing(api, type);
  const existing = options.output !== undefined ? new Map() : await readExisting(api, usable, options.name);
  return { source: { type: usable, objects: taken, existing }, skipped };
}

/** They are half of a small object, and nobody looks at them. */
function forgetManagedFields(object: KubeObject): void {
  delete object.metadata?.managedFields;
}

async function readExisting(
  api: KubeApi,
  { state, federated }: FederatedType,
  namespace: string,
): Promise<ReadonlyMap<string, FederatedObject>> {
  if (state !== "enabled") return new Map();
  const { items } = await api.list<FederatedObject>(federated, {
    pageSize,
    ...(federated.namespaced && { namespace }),
  });
  items.forEach(forgetManagedFields);
  return new Map(items.map((item) => [item.metadata?.name ?? "", item]));
}
