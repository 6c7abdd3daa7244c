import { FedctlError } from "../errors.ts";
import type { ApiResource, Discovery } from "../kube/kube-api.ts";
import { apiVersionOf, groupQualifiedName } from "./step.ts";

export interface LookupOptions {
  /** API version of the type; default: the one that the server prefers. */
  readonly version?: string | undefined;
}

/**
 * The served type that a user means by `key`: plural, singular, kind or short name in any case, alone or followed by `.group`.
 * The better kind of match wins, then the core group (decision 0010).
 * @throws FedctlError TypeNotFound, TypeAmbiguous
 */
export function findResource(discovery: Discovery, key: string, options: LookupOptions = {}): ApiResource {
  const matches = candidates(discovery, options.version)
    .map((resource) => ({ resource, rank: rankOf(resource, key.toLowerCase()) }))
    .filter((match): match is Match => match.rank !== undefined);
  const best = Math.min(...matches.map(({ rank }) => rank));
  const found = matches.filter(({ rank }) => rank === best).map(({ resource }) => resource);
  const chosen = found.find(({ group }) => group === "") ?? found[0];
  if (chosen === undefined) throw notFound(discovery, key, options.version);
  if (chosen.group !== "" && found.length > 1) throw ambiguous(found, key);
  return chosen;
}

interface Match {
  readonly resource: ApiResource;
  readonly rank: number;
}

/** One version of each type: the wanted one, or the group's preferred one, which discovery lists first. */
function candidates({ resources }: Discovery, version: string | undefined): readonly ApiResource[] {
  const byName = new Map<string, ApiResource>();
  for (const resource of resources) {
    const name = groupQualifiedName(resource);
    if ((version === undefined || resource.version === version) && !byName.has(name)) byName.set(name, resource);
  }
  return [...byName.values()];
}

/** How well a type answers to a name: 0 is best, undefined not at all. */
function rankOf({ plural, singular, kind, shortNames, group }: ApiResource, key: string): number | undefined {
  const forms: readonly (readonly string[])[] = [[plural], [singular, kind], shortNames];
  const rank = forms.findIndex((names) =>
    names.some((name) => name !== "" && isNamed(key, { name: name.toLowerCase(), group: group.toLowerCase() })),
  );
  return rank === -1 ? undefined : rank;
}

function isNamed(key: string, { name, group }: { readonly name: string; readonly group: string }): boolean {
  return key === name || (group !== "" && key === `${name}.${group}`);
}

function ambiguous(found: readonly ApiResource[], key: string): FedctlError {
  const names = found.map((resource) => groupQualifiedName(resource)).sort();
  return new FedctlError("TypeAmbiguous", `"${key}" can mean several types: ${names.join(", ")}`, {
    hint: `name the type with its group, such as ${names[0] ?? "plural.group"}`,
  });
}

function notFound(discovery: Discovery, key: string, version: string | undefined): FedctlError {
  const where = version === undefined ? "" : ` in version "${version}"`;
  return new FedctlError("TypeNotFound", `the host cluster serves no type "${key}"${where}${silentGroups(discovery)}`, {
    hint: otherVersions(discovery, key, version) ?? "list the types: kubectl api-resources",
  });
}

function silentGroups({ failures }: Discovery): string {
  if (failures.length === 0) return "";
  const names = failures.map(({ groupVersion }) => groupVersion);
  return ` (API groups that did not answer: ${names.join(", ")})`;
}

function otherVersions({ resources }: Discovery, key: string, version: string | undefined): string | undefined {
  if (version === undefined) return undefined;
  const served = resources
    .filter((resource) => rankOf(resource, key.toLowerCase()) !== undefined)
    .map((resource) => apiVersionOf(resource));
  return served.length === 0 ? undefined : `it is served in: ${[...new Set(served)].join(", ")}`;
}
