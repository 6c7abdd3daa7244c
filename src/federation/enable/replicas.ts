import type { ApiResource, KubeApi } from "../../kube/kube-api.ts";
import type { CustomResourceDefinition } from "../../kube/objects.ts";
import { crdType } from "../kubefed-types.ts";

/** Built-in types whose `spec.replicas` is part of a stable API: for them no document of 650 kB (apps/v1 in 1.34) is read. */
const knownToScale = ["apps/deployments", "apps/replicasets", "apps/statefulsets", "/replicationcontrollers"];

/**
 * Whether a type has a 32-bit `spec.replicas`, which a member cluster may be left to scale (`spec.retainReplicas`). A custom
 * type's own schema in the version asked for decides; another type's must have a scale subresource and an OpenAPI schema
 * that says so.
 */
export async function hasReplicas(api: KubeApi, resource: ApiResource): Promise<boolean> {
  const { group, version, plural, subresources } = resource;
  if (knownToScale.includes(`${group}/${plural}`)) return true;
  // CRDs have dotted groups only.
  if (group.includes(".")) {
    const crd = await api.get<CustomResourceDefinition>({ type: crdType, name: `${plural}.${group}` });
    if (crd !== undefined) return crdHasReplicas(crd, version);
  }
  const scales = subresources.includes("scale");
  if (!scales && isKubernetesGroup(group)) return false;
  const document = await api.read(group === "" ? `/openapi/v3/api/${version}` : openapiPath(resource));
  return document === undefined ? scales : documentHasReplicas(document, resource);
}

/** Kubernetes' own groups, in which nothing has replicas without a scale subresource. Others are aggregated APIs. */
function isKubernetesGroup(group: string): boolean {
  return !group.includes(".") || group.endsWith(".k8s.io");
}

function openapiPath({ group, version }: ApiResource): string {
  return `/openapi/v3/apis/${group}/${version}`;
}

/** Whether one version of a custom type has a 32-bit `spec.replicas`. */
export function crdHasReplicas(crd: CustomResourceDefinition, version: string): boolean {
  const served = crd.spec.versions.find(({ name }) => name === version);
  const replicas = served?.schema?.openAPIV3Schema?.properties?.["spec"]?.properties?.["replicas"];
  return replicas?.type === "integer" && replicas.format === "int32";
}

/** Whether an OpenAPI v3 document says that a kind has a 32-bit `spec.replicas`. */
export function documentHasReplicas(
  document: unknown,
  { group, version, kind }: Pick<ApiResource, "group" | "version" | "kind">,
): boolean {
  const schemas = at(at(document, "components"), "schemas");
  const isOfKind = (schema: unknown): boolean => {
    const kinds = at(schema, "x-kubernetes-group-version-kind");
    return (
      Array.isArray(kinds) &&
      kinds.some(
        (entry: unknown) =>
          at(entry, "group") === group && at(entry, "version") === version && at(entry, "kind") === kind,
      )
    );
  };
  const root = isRecord(schemas) ? Object.values(schemas).find(isOfKind) : undefined;
  const spec = resolve(at(at(root, "properties"), "spec"), schemas);
  const replicas = at(at(spec, "properties"), "replicas");
  return at(replicas, "type") === "integer" && at(replicas, "format") === "int32";
}

const schemaReference = "#/components/schemas/";

/** A schema, or the one it refers to: by itself, or as the only part of an `allOf`. One step, so no cycle can hold it. */
function resolve(schema: unknown, schemas: unknown): unknown {
  const allOf = at(schema, "allOf");
  const reference = at(Array.isArray(allOf) ? allOf[0] : schema, "$ref");
  if (typeof reference !== "string" || !reference.startsWith(schemaReference)) return schema;
  return at(schemas, reference.slice(schemaReference.length));
}

function at(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
