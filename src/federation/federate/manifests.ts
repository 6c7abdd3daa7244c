import { ExitCode, FedctlError } from "../../errors.ts";
import type { ApiResource } from "../../kube/kube-api.ts";
import { typeConfigFor } from "../enable/type-config.ts";
import { defaultFederatedGroup, resourceTypeOf } from "../kubefed-types.ts";
import type { FederatedObject } from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import { countAnnotated } from "./annotated-objects.ts";
import { withAnnotationOverrides } from "./annotation-overrides.ts";
import { builtInScope } from "./built-in-scopes.ts";
import { federatedObjectOf } from "./federated-object.ts";
import { type ManifestSource, sourcesOf } from "./manifest-sources.ts";
import type { FederateOptions } from "./options.ts";
import { placementOf } from "./placement.ts";
import { isSubdomain, unfederatable } from "./selection.ts";
import { annotationsWarning } from "./warnings.ts";

/** A document of a file, and where it stands, for messages. */
export interface ManifestDocument {
  readonly where: string;
  readonly value: unknown;
}

export interface ManifestOptions extends Pick<FederateOptions, "clusters" | "clusterSelector" | "annotations"> {
  /** For namespaced objects that name none. */
  readonly namespace?: string | undefined;
}

export interface ConvertedManifests {
  /** In the order of the documents. */
  readonly objects: readonly FederatedObject[];
  readonly warnings: readonly Warning[];
}

/**
 * Federated objects of manifests, without any cluster: plurals are guessed from kinds, and what names a namespace is namespaced.
 * Lists are expanded (B-FD9, decision 0051).
 * @throws FedctlError Usage for a document that is no object; ObjectConflict for one that no other cluster can have
 */
export function federateManifests(
  documents: readonly ManifestDocument[],
  options: ManifestOptions = {},
): ConvertedManifests {
  const converted = documents.flatMap(sourcesOf).map((source) => convert(source, options));
  return { objects: converted.map(({ object }) => object), warnings: converted.flatMap(({ warnings }) => warnings) };
}

interface Converted {
  readonly object: FederatedObject;
  readonly warnings: readonly Warning[];
}

function convert({ object: source, where }: ManifestSource, options: ManifestOptions): Converted {
  const [version = "", group = ""] = source.apiVersion.split("/").reverse();
  const placed = withNamespace(source, group, options);
  const { spec } = typeConfigFor(resourceOf(placed, { group, version }));
  const pair = { target: resourceTypeOf(spec.targetType), federated: resourceTypeOf(spec.federatedType) };
  refuseUnfederatable(placed, group, where);
  const federated = federatedObjectOf(placed, pair, placementOf(options));
  const overrides = options.annotations === "override" && options.clusters !== undefined;
  return {
    object: overrides ? withAnnotationOverrides(federated, placed, options.clusters ?? []) : federated,
    warnings: [
      ...(overrides
        ? []
        : annotationsWarning({ type: { ...pair, name: pair.target.plural }, annotated: countAnnotated([placed]) })),
      ...nameWarning(placed, where),
      ...scopeWarning(placed, { group, where, options }),
    ],
  };
}

type Source = ManifestSource["object"];

function withNamespace(source: Source, group: string, { namespace }: ManifestOptions): Source {
  if (namespace === undefined || source.metadata?.namespace !== undefined) return source;
  return builtInScope(group, source.kind) === "Namespaced"
    ? { ...source, metadata: { ...source.metadata, namespace } }
    : source;
}

function refuseUnfederatable(source: Source, group: string, where: string): void {
  const reason =
    group === defaultFederatedGroup && source.kind.startsWith("Federated")
      ? "it is federated already"
      : unfederatable({ group, kind: source.kind }, source);
  if (reason === undefined) return;
  throw new FedctlError("ObjectConflict", `${where}: ${labelOf(source)} cannot be federated: ${reason}`, {
    exitCode: ExitCode.Conflict,
    hint: "nothing was printed; leave the object out",
  });
}

function labelOf({ kind, metadata: { name = "", namespace } = {} }: Source): string {
  return `${kind} "${namespace === undefined ? name : `${namespace}/${name}`}"`;
}

/** kubefedctl prints such objects too; no cluster will take them. */
function nameWarning(source: Source, where: string): Warning[] {
  const { name = "" } = source.metadata ?? {};
  if (isSubdomain(name)) return [];
  return [
    {
      code: "NameNotAllowed",
      message: `${where}: ${labelOf(source)}: a federated object's name has to be a DNS-1123 subdomain, and this is none`,
    },
  ];
}

function scopeWarning(
  source: Source,
  { group, where, options }: { readonly group: string; readonly where: string; readonly options: ManifestOptions },
): Warning[] {
  const isKnown = options.namespace === undefined || source.metadata?.namespace !== undefined;
  if (isKnown || builtInScope(group, source.kind) !== undefined) return [];
  return [
    {
      code: "ScopeUnknown",
      message:
        `${where}: whether ${labelOf(source)} of ${group} is namespaced cannot be told without a cluster, ` +
        "so -n gives it no namespace; write metadata.namespace if it has one",
    },
  ];
}

function resourceOf(
  { kind, metadata }: Source,
  { group, version }: Pick<ApiResource, "group" | "version">,
): Pick<ApiResource, "group" | "version" | "kind" | "plural" | "namespaced"> {
  return { group, version, kind, plural: guessPlural(kind), namespaced: metadata?.namespace !== undefined };
}

/** As kubefedctl guesses it. */
function guessPlural(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith("endpoints")) return singular;
  if (singular.endsWith("s")) return `${singular}es`;
  return singular.endsWith("y") ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
