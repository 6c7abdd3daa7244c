import { FedctlError } from "../../errors.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import type { FederatedObject } from "../kubefed-types.ts";
import { describeExisting, type ExistingObject, nothingExists, readExisting } from "./existing.ts";
import type { FederateFacts } from "./facts.ts";
import { isNamespace } from "./federated-object.ts";
import { confirmCrdMissing, type FederatedType, type Federation } from "./federated-type.ts";
import { gatherObjects, sourceOf } from "./gather.ts";
import { includedOf, type IncludeEntry } from "./include.ts";
import { keyOfObject } from "./object-key.ts";
import type { HoldingLimit } from "./object-store.ts";
import type { FederateOptions } from "./options.ts";
import { unfederatable, type SkippedObject } from "./selection.ts";
import { systemNamespacesOf } from "../system-namespaces.ts";

export type SubjectFacts = Pick<FederateFacts, "subject" | "skipped" | "refused" | "terminating">;

export interface SubjectReading {
  readonly federation: Federation;
  readonly type: FederatedType;
  /** Undefined: of all namespaces, or of a cluster-scoped type. */
  readonly namespace: string | undefined;
  readonly options: FederateOptions;
  readonly include: readonly IncludeEntry[];
  readonly limit: HoldingLimit;
}

/** Reads the objects that were named or selected. @throws FedctlError ObjectNotFound, Server* */
export function readSubject(reading: SubjectReading): Promise<SubjectFacts> {
  return reading.options.names.length > 0 ? readNamed(reading) : readSelected(reading);
}

async function readNamed({ federation, type, namespace, options, include }: SubjectReading): Promise<SubjectFacts> {
  const { api, source } = federation;
  const names = [...new Set(options.names)];
  const readOriginal = (name: string): Promise<UnknownObject | undefined> =>
    source.api.get({ type: type.target, namespace, name });
  const [objects, existing, confirmed] = await Promise.all([
    Promise.all(names.map(readOriginal)),
    Promise.all(names.map((name) => readFederated(federation, type, { options, namespace, name }))),
    confirmCrdMissing(api, type),
  ]);
  const missing = names.filter((_, index) => objects[index] === undefined);
  if (missing.length > 0) throw notFound(missing, { type, namespace, context: source.api.context });
  const there = objects.filter((object) => object !== undefined);
  const described = existing.flatMap((object) =>
    object === undefined ? [] : [[keyOfObject(object), describeExisting(object, type.target, options)] as const],
  );
  const included = includedOf(type.resource, include);
  const refused = there.flatMap((object): SkippedObject[] => {
    const { name = "" } = object.metadata ?? {};
    const reason = included.all || included.names.has(name) ? undefined : unfederatable(type.target, object);
    return reason === undefined ? [] : [{ type: type.name, namespace: object.metadata?.namespace ?? "", name, reason }];
  });
  return {
    subject: sourceOf(confirmed, there, new Map<string, ExistingObject>(described)),
    skipped: [],
    refused,
    terminating: isNamespace(type.target)
      ? there.filter(isBeingDeleted).map(({ metadata }) => metadata?.name ?? "")
      : [],
  };
}

function isBeingDeleted({ metadata }: UnknownObject): boolean {
  return metadata?.deletionTimestamp !== undefined;
}

interface NamedPlace {
  readonly options: FederateOptions;
  readonly namespace: string | undefined;
  readonly name: string;
}

async function readFederated(
  { api }: Federation,
  { state, target, federated }: FederatedType,
  { options, namespace, name }: NamedPlace,
): Promise<FederatedObject | undefined> {
  if (state === "notEnabled" || options.output !== undefined) return undefined;
  const place = isNamespace(target) ? name : namespace;
  return api.get<FederatedObject>({ type: federated, name, ...(federated.namespaced && { namespace: place }) });
}

interface MissingPlace {
  readonly type: FederatedType;
  readonly namespace: string | undefined;
  readonly context: string;
}

function notFound(names: readonly string[], { type, namespace, context }: MissingPlace): FedctlError {
  const where = namespace === undefined ? "" : ` in namespace "${namespace}"`;
  const flag = namespace === undefined ? "" : ` -n ${namespace}`;
  const quoted = names.map((name) => `"${name}"`).join(", ");
  return new FedctlError(
    "ObjectNotFound",
    `there is no ${type.target.kind} ${quoted}${where} of cluster "${context}"`,
    {
      hint: `look at what is there: kubectl --context ${context} get ${type.name}${flag}`,
    },
  );
}

async function readSelected(reading: SubjectReading): Promise<SubjectFacts> {
  const { federation, type, namespace, options, include, limit } = reading;
  const { api, source } = federation;
  const list = {
    ...(namespace !== undefined && { namespace }),
    ...(options.selector !== undefined && { labelSelector: options.selector }),
  };
  const { source: subject, skipped } = await gatherObjects(() => source.api.pages(type.target, list), {
    type,
    rules: {
      included: includedOf(type.resource, include),
      includedOnly: false,
      systemNamespaces: options.allNamespaces ? systemNamespacesOf(options) : [],
    },
    limit,
    prepare: async () => {
      const usable = await confirmCrdMissing(api, type);
      // Federated namespaces are spread over all namespaces.
      const place = isNamespace(type.target) ? undefined : namespace;
      return { type: usable, existing: await readExisting(api, { type: usable, namespace: place }, options) };
    },
  });
  return { subject: subject ?? sourceOf(type, [], nothingExists), skipped, refused: [], terminating: [] };
}

/** Namespaces of the objects, or, for namespaces, themselves. */
export function namespacesOf({ subject }: Pick<FederateFacts, "subject">): readonly string[] {
  if (!subject.type.target.namespaced && !isNamespace(subject.type.target)) return [];
  const all = subject.found.map(({ namespace, name }) => namespace ?? name);
  return [...new Set(all)].sort();
}
