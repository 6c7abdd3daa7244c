import { ExitCode, FedctlError } from "../../errors.ts";
import type { ApiResource } from "../../kube/kube-api.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import { typeConfigFor } from "../enable/type-config.ts";
import { resourceTypeOf } from "../kubefed-types.ts";
import type { FederatedObject } from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import { countAnnotated } from "./annotated-objects.ts";
import { federatedObjectOf } from "./federated-object.ts";
import { isRecord } from "../json-data.ts";
import { annotationsWarning } from "./warnings.ts";

export interface ConvertedManifests {
  /** In the order of the documents. */
  readonly objects: readonly FederatedObject[];
  readonly warnings: readonly Warning[];
}

/**
 * Federated objects of manifests, without any cluster: plurals are guessed from kinds, and what names a namespace is namespaced.
 * Lists are expanded, empty documents passed over.
 * @throws FedctlError Usage for a document that is no object
 */
export function federateManifests(documents: readonly unknown[]): ConvertedManifests {
  const sources = documents.flatMap((document, index) => sourcesOf(document, `document ${index + 1}`));
  const converted = sources.map((source) => {
    const { spec } = typeConfigFor(resourceOf(source));
    const pair = { target: resourceTypeOf(spec.targetType), federated: resourceTypeOf(spec.federatedType) };
    return {
      object: federatedObjectOf(source, pair),
      warnings: annotationsWarning({
        type: { ...pair, name: pair.target.plural },
        annotated: countAnnotated([source]),
      }),
    };
  });
  return { objects: converted.map(({ object }) => object), warnings: converted.flatMap(({ warnings }) => warnings) };
}

/** A manifest that names what it is. */
interface Source extends UnknownObject {
  readonly apiVersion: string;
  readonly kind: string;
}

function sourcesOf(document: unknown, where: string): Source[] {
  if (document === null || document === undefined) return [];
  if (!isRecord(document)) throw notAnObject(where, "it is no mapping");
  const { kind, apiVersion, items } = document;
  if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)) {
    // The items of a typed list, such as a ConfigMapList, need not name their kind.
    const common = kind === "List" ? {} : { apiVersion, kind: kind.slice(0, -"List".length) };
    return items.flatMap((item: unknown, index) =>
      sourcesOf(isRecord(item) ? { ...common, ...item } : item, `${where}, item ${index + 1}`),
    );
  }
  if (!isSource(document)) throw notAnObject(where, "apiVersion, kind and metadata.name are needed");
  return [document];
}

function isSource(document: object): document is Source {
  const { apiVersion, kind, metadata } = document as Readonly<Record<string, unknown>>; // any object may be read so
  return isName(apiVersion) && isName(kind) && isRecord(metadata) && isName(metadata["name"]);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function notAnObject(where: string, reason: string): FedctlError {
  return new FedctlError("Usage", `${where} is no Kubernetes object: ${reason}`, { exitCode: ExitCode.Usage });
}

function resourceOf({ apiVersion, kind, metadata }: Source): ApiResource {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  return {
    group,
    version,
    kind,
    plural: guessPlural(kind),
    singular: kind.toLowerCase(),
    namespaced: metadata?.namespace !== undefined,
    shortNames: [],
    verbs: [],
    subresources: [],
  };
}

/** As kubefedctl guesses it. */
function guessPlural(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith("endpoints")) return singular;
  if (singular.endsWith("s")) return `${singular}es`;
  return singular.endsWith("y") ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
