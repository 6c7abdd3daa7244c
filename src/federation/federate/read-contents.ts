import { FedctlError, hasCode } from "../../errors.ts";
import type { Report, Warning } from "../report.ts";
import { groupQualifiedName } from "../step.ts";
import { type ContentType, selectContentTypes, type SkippedType } from "./content-types.ts";
import { readExisting } from "./existing.ts";
import type { FederateFacts } from "./facts.ts";
import { confirmCrdMissing, federatedTypeOf } from "./federated-type.ts";
import type { Federation } from "./federated-type.ts";
import { gatherObjects, type Gathered } from "./gather.ts";
import { forEachInParallel } from "../in-parallel.ts";
import type { IncludeEntry } from "./include.ts";
import { firstFew } from "./object-key.ts";
import type { HoldingLimit } from "./object-store.ts";
import type { FederateOptions } from "./options.ts";

export type Contents = Pick<FederateFacts, "contents" | "skipped" | "skippedTypes" | "warnings">;

export const noContents: Contents = { contents: [], skipped: [], skippedTypes: [], warnings: [] };

/** What a reading of contents works with. */
export interface ContentsReading {
  readonly federation: Federation;
  readonly options: FederateOptions;
  readonly include: readonly IncludeEntry[];
  readonly limit: HoldingLimit;
  readonly report: Report;
}

interface Place {
  readonly namespace: string;
  readonly type: ContentType;
}

const listsInFlight = 32;

/**
 * Reads what is in namespaces, all types at once: the objects to take, and the federated objects of these types.
 * @throws FedctlError when any type cannot be listed, naming all of them, unless failures are to be ignored
 */
export async function readContents(namespaces: readonly string[], reading: ContentsReading): Promise<Contents> {
  const { federation, options, include, report } = reading;
  const { source, typeConfigs } = federation;
  const filters = { skipApiResources: options.skipApiResources, include };
  const types = selectContentTypes(source.discovery.resources, [...typeConfigs.values()], filters);
  const places = namespaces.flatMap((namespace) => types.taken.map((type): Place => ({ namespace, type })));
  const found = new Map<Place, Gathered>();
  const failures = new Map<string, FedctlError>();
  let done = 0;
  await forEachInParallel(places, listsInFlight, async (place) => {
    try {
      found.set(place, await readType(place, reading));
    } catch (error) {
      if (!hasCode(error, ...ofOneType)) throw error;
      failures.set(groupQualifiedName(place.type.resource), error);
    }
    done += 1;
    report.progress("reading", { done, total: places.length });
  });
  if (failures.size > 0 && !options.ignoreForbidden) throw unreadable(failures, namespaces, federation);
  const contents = places.flatMap((place) => found.get(place) ?? []);
  return {
    contents: contents.flatMap((one) => one.source ?? []),
    skipped: contents.flatMap(({ skipped }) => skipped),
    skippedTypes: [...types.skipped, ...unreadTypes(failures)],
    warnings: [...types.warnings, ...deadGroups(federation), ...unreadWarnings(failures)],
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

function unreadable(
  failures: ReadonlyMap<string, FedctlError>,
  namespaces: readonly string[],
  { source }: Federation,
): FedctlError {
  const types = [...failures.keys()].sort();
  const [first] = failures.values();
  const where = namespaces.length === 1 ? `namespace "${namespaces[0] ?? ""}"` : `${namespaces.length} namespaces`;
  return new FedctlError(
    first?.code ?? "ServerError",
    `cannot list ${types.join(", ")} in ${where} of cluster "${source.api.context}": ${first?.message ?? ""}`,
    {
      cause: first,
      hint: `nothing was written; leave them out with --skip-api-resources ${types.join(",")}, or all that fail with --ignore-forbidden`,
    },
  );
}

function unreadTypes(failures: ReadonlyMap<string, FedctlError>): SkippedType[] {
  const types = [...failures.entries()].sort(([left], [right]) => (left < right ? -1 : 1));
  return types.map(([type, { code }]) => ({
    type,
    reason: code === "ServerForbidden" ? "the server forbids to list it" : "it could not be listed",
    requested: true,
  }));
}

function unreadWarnings(failures: ReadonlyMap<string, FedctlError>): Warning[] {
  const [first] = failures.values();
  if (first === undefined) return [];
  const types = firstFew([...failures.keys()].sort(), 10);
  return [
    {
      code: "TypesUnread",
      message: `left out, since they could not be listed: ${types}; the first said: ${first.message}`,
    },
  ];
}

function deadGroups({ source }: Federation): Warning[] {
  return source.discovery.failures.map(({ groupVersion, message }) => ({
    code: "GroupUnavailable",
    message: `${groupVersion} of cluster "${source.api.context}" does not answer; its types are left out: ${message}`,
  }));
}

async function readType({ namespace, type: content }: Place, reading: ContentsReading): Promise<Gathered> {
  const { federation, options, limit } = reading;
  const { api, source } = federation;
  const type = federatedTypeOf(federation, content.resource);
  const listed = type.state === "targetUnserved" ? content.resource : type.target;
  return gatherObjects(() => source.api.pages(listed, { namespace }), {
    type,
    rules: { included: content.included, includedOnly: content.includedOnly, systemNamespaces: [] },
    limit,
    prepare: async () => {
      const usable = options.output === undefined ? await confirmCrdMissing(api, type) : type;
      return { type: usable, existing: await readExisting(api, { type: usable, namespace }, options) };
    },
  });
}
