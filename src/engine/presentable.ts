import { isRecord, type JsonRecord, without } from "../federation/json-data.ts";
import type { UnknownObject } from "../kube/objects.ts";

/** An object of a member before and after a change, as it may be shown. */
export interface Shown {
  readonly before: JsonRecord | undefined;
  readonly after: JsonRecord | undefined;
}

/** Without what servers keep for themselves, and without secrets. */
export function presentable(before: UnknownObject | undefined, after: UnknownObject | undefined): Shown {
  const [one, other] = [before, after].map((object) => (object === undefined ? undefined : cleaned(object)));
  if (![before, after].some((object) => object?.kind === "Secret")) return { before: one, after: other };
  return maskSecrets(one, other);
}

const serversOwn = ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"];
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

function cleaned(object: JsonRecord): JsonRecord {
  const { metadata } = object;
  const rest = without(object, ["status"]);
  if (!isRecord(metadata)) return rest;
  const kept = without(metadata, [...serversOwn, "annotations", "labels"]);
  const { annotations, labels } = metadata;
  const shown = isRecord(annotations) ? without(annotations, [lastApplied]) : {};
  return { ...rest, metadata: { ...kept, ...unlessEmpty("annotations", shown), ...unlessEmpty("labels", labels) } };
}

function unlessEmpty(field: string, value: unknown): JsonRecord {
  return isRecord(value) && Object.keys(value).length > 0 ? { [field]: value } : {};
}

const secretFields = ["data", "stringData"];

function maskSecrets(before: JsonRecord | undefined, after: JsonRecord | undefined): Shown {
  const mask = (
    object: JsonRecord | undefined,
    other: JsonRecord | undefined,
    when: string,
  ): JsonRecord | undefined => {
    if (object === undefined) return undefined;
    const masked = secretFields
      .filter((field) => isRecord(object[field]))
      .map((field) => [field, maskValues(object[field], other?.[field], when)]);
    return { ...object, ...(Object.fromEntries(masked) as JsonRecord) };
  };
  return { before: mask(before, after, "before"), after: mask(after, before, "after") };
}

/** That a value differs is told, and nothing else of it. */
function maskValues(values: unknown, others: unknown, when: string): JsonRecord {
  if (!isRecord(values)) return {};
  const known = isRecord(others) ? others : {};
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const isOther = Object.hasOwn(known, key) && known[key] !== value;
      return [key, isOther ? `*** (${when})` : "***"];
    }),
  );
}
