import type { CustomResourceDefinition } from "../kube/objects.ts";

type CrdVersion = CustomResourceDefinition["spec"]["versions"][number];

/**
 * What an existing CRD has to become so that it also does all that `wanted` does; undefined when it already does.
 * Kept: metadata, other versions, which version is stored, printer columns, additional short names. Its schema may say more
 * than ours (descriptions, further fields), not less.
 */
export function mergeCrd(
  live: CustomResourceDefinition,
  wanted: CustomResourceDefinition,
): CustomResourceDefinition | undefined {
  const next: CustomResourceDefinition = {
    ...live,
    spec: {
      ...live.spec,
      names: {
        ...live.spec.names,
        ...mergeShortNames(live.spec.names.shortNames ?? [], wanted.spec.names.shortNames ?? []),
      },
      versions: wanted.spec.versions.reduce(mergeVersion, live.spec.versions),
    },
  };
  return covers(live.spec, next.spec) ? undefined : next;
}

function mergeShortNames(live: readonly string[], wanted: readonly string[]): { shortNames?: string[] } {
  const all = [...new Set([...live, ...wanted])];
  return all.length === 0 ? {} : { shortNames: all };
}

function mergeVersion(versions: readonly CrdVersion[], wanted: CrdVersion): CrdVersion[] {
  const live = versions.find(({ name }) => name === wanted.name);
  if (live === undefined) return [...versions, { ...wanted, storage: false }];
  const next = { ...live, ...wanted, storage: live.storage };
  return versions.map((version) => (version === live && !covers(live, next) ? next : version));
}

/** True when `live` holds everything that `wanted` holds. Arrays hold the same, in any order. */
function covers(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) &&
      live.length === wanted.length &&
      wanted.every((item: unknown) => live.some((other: unknown) => covers(other, item)))
    );
  }
  if (!isRecord(wanted)) return live === wanted;
  return isRecord(live) && Object.entries(wanted).every(([key, value]) => covers(live[key], value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
