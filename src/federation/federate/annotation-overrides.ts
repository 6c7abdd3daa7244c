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

function operationsFor(source: UnknownObject): readonly Operation[] {
  const annotations = source.metadata?.annotations ?? {};
  return annotationKeys(source).map((key) => ({
    op: "add",
    path: `/metadata/annotations/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
    value: annotations[key],
  }));
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
