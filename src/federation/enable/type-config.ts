import type { ApiResource } from "../../kube/kube-api.ts";
import { coreGroup, defaultFederatedGroup, defaultFederatedVersion, typeConfigType } from "../kubefed-types.ts";
import type { ApiResourceSpec, FederatedTypeConfig } from "../kubefed-types.ts";
import { apiVersionOf, groupQualifiedName } from "../step.ts";

export interface FederatedTypeOptions {
  /** API group of the federated type. Default types.kubefed.io. */
  readonly federatedGroup?: string | undefined;
  /** API version of the federated type. Default v1beta1. */
  readonly federatedVersion?: string | undefined;
  /** Where the FederatedTypeConfig is to live; left out of the object when not given. */
  readonly namespace?: string | undefined;
}

/** The FederatedTypeConfig that makes KubeFed federate a type. */
export function typeConfigFor(
  resource: Pick<ApiResource, "group" | "version" | "kind" | "plural" | "namespaced">,
  options: FederatedTypeOptions = {},
): FederatedTypeConfig {
  const { federatedGroup = defaultFederatedGroup, federatedVersion = defaultFederatedVersion, namespace } = options;
  const name = groupQualifiedName(resource);
  const scope = resource.namespaced ? "Namespaced" : "Cluster";
  return {
    apiVersion: apiVersionOf(typeConfigType),
    kind: typeConfigType.kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    spec: {
      federatedType: {
        group: federatedGroup,
        kind: `Federated${resource.kind}`,
        pluralName: `federated${resource.plural}`,
        // A FederatedNamespace lives in the namespace it stands for.
        scope: name === "namespaces" ? "Namespaced" : scope,
        version: federatedVersion,
      },
      propagation: "Enabled",
      targetType: {
        ...(resource.group !== "" && { group: resource.group }),
        kind: resource.kind,
        pluralName: resource.plural,
        scope,
        version: resource.version,
      },
    },
  };
}

/** `plural.group/version`, as messages name one end of a FederatedTypeConfig. */
export function describeType({ pluralName, group = "", version }: ApiResourceSpec): string {
  return `${group === "" ? pluralName : `${pluralName}.${group}`}/${version}`;
}

/** True for a type that is itself made by federation, or belongs to KubeFed: it must not be federated again (B-EN11). */
export function isFederationType(
  { group, kind, plural }: Pick<ApiResource, "group" | "kind" | "plural">,
  typeConfigs: readonly FederatedTypeConfig[],
): boolean {
  if (group === coreGroup) return true;
  if (group === defaultFederatedGroup && kind.startsWith("Federated")) return true;
  return typeConfigs.some(
    ({ spec: { federatedType } }) => federatedType.group === group && federatedType.pluralName === plural,
  );
}
