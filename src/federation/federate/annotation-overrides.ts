import type { UnknownObject } from "../../kube/objects.ts";
import { isRecord, sameJson } from "../json-data.ts";
import type { FederatedObject } from "../kubefed-types.ts";
import { annotationKeys } from "./template.ts";

type Overrides = NonNullable<FederatedObject["spec"]["overrides"]>;
type Operation = Overrides[number]["clusterOverrides"][number];

/**
 * A federated object that gives each of these clusters the annotations of `source`, by one operation a key, but for what tools
 * and controllers keep for themselves. The empty annotations in the template are what the operations add to: KubeFed takes
 * annotations out of a template only when there are any (sync/resource.go of v0.10).
 */
export function withAnnotationOverrides(
  federated: FederatedObject,
  source: UnknownObject,
  clusters: readonly string[],
): FederatedObject {
  const operations = operationsFor(source);
  if (operations.length === 0 || clusters.length === 0) return federated;
  const { template = {} } = federated.spec;
  const metadata = isRecord(template["metadata"]) ? template["metadata"] : {};
  return {
    ...federated,
    spec: {
      ...federated.spec,
      template: { ...template, metadata: { ...metadata, annotations: {} } },
      overrides: clusters.map((clusterName) => ({ clusterName, clusterOverrides: [...operations] })),
    },
  };
}

/**
 * The clusters of a federated object that get every annotation of `source` already. Undefined when there is none to get. Pure.
 */
export function annotatedClusters(
  source: UnknownObject,
  { overrides }: AnnotationHolder,
): readonly string[] | undefined {
  const operations = operationsFor(source);
  if (operations.length === 0) return undefined;
  return (overrides ?? [])
    .filter(({ clusterOverrides }) => holdsAll(clusterOverrides, operations))
    .map(({ clusterName }) => clusterName);
}

/** What of a federated object tells which annotations it gives. */
export type AnnotationHolder = Pick<FederatedObject["spec"], "overrides">;

/** Keeps what {@link annotatedClusters} looks at: without the annotations in the template no operation can add to them. */
export function annotationHolder({ template, overrides }: FederatedObject["spec"]): AnnotationHolder {
  const metadata = isRecord(template?.["metadata"]) ? template["metadata"] : {};
  return isRecord(metadata["annotations"]) && overrides !== undefined ? { overrides } : {};
}

function operationsFor(source: UnknownObject): readonly Operation[] {
  const annotations = source.metadata?.annotations ?? {};
  return annotationKeys(source).map((key) => ({
    op: "add",
    path: `/metadata/annotations/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
    value: annotations[key],
  }));
}

/** Whether a federated object gives its clusters all these overrides of annotations already. */
export function holdsOverrides(spec: FederatedObject["spec"], wanted: Overrides = []): boolean {
  const { overrides = [] } = annotationHolder(spec);
  return wanted.every(({ clusterName, clusterOverrides }) =>
    overrides.some((one) => one.clusterName === clusterName && holdsAll(one.clusterOverrides, clusterOverrides)),
  );
}

function holdsAll(operations: readonly Operation[], wanted: readonly Operation[]): boolean {
  return wanted.every((operation) => operations.some((one) => sameJson(one, operation)));
}

/** Existing overrides with those of annotations set in them: KubeFed refuses a path, or a cluster, that comes twice. */
export function mergeOverrides(existing: Overrides = [], wanted: Overrides = []): Overrides {
  const merged = existing.map(({ clusterName, clusterOverrides }) => {
    const added = wanted.find((one) => one.clusterName === clusterName)?.clusterOverrides ?? [];
    const paths = new Set(added.map(({ path }) => path));
    return { clusterName, clusterOverrides: [...clusterOverrides.filter(({ path }) => !paths.has(path)), ...added] };
  });
  const known = new Set(existing.map(({ clusterName }) => clusterName));
  const all = [...merged, ...wanted.filter(({ clusterName }) => !known.has(clusterName))];
  return sameJson(all, existing) ? existing : all;
}
