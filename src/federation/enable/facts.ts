import { FedctlError, hasCode } from "../../errors.ts";
import type { ApiResource, KubeApi } from "../../kube/kube-api.ts";
import type { CustomResourceDefinition, Namespace } from "../../kube/objects.ts";
import type { HostOptions } from "../deps.ts";
import { crdType, namespaceType, typeConfigType } from "../kubefed-types.ts";
import type { FederatedTypeConfig } from "../kubefed-types.ts";
import { suggestCommand } from "../suggest.ts";
import { federatedCrdName } from "./federated-crd.ts";
import { hasReplicas } from "./replicas.ts";
import { typeConfigFor } from "./type-config.ts";

/** A type that is to be federated, and where its federated type is to be. */
export interface EnableRequest {
  readonly resource: ApiResource;
  readonly federatedGroup?: string | undefined;
  readonly federatedVersion?: string | undefined;
}

/** What the plan has to know of one type. */
export interface TypeFacts {
  readonly resource: ApiResource;
  /** As it would be made today. */
  readonly wanted: FederatedTypeConfig;
  readonly retainReplicas: boolean;
  /** The live CRD of the federated type. */
  readonly crd: CustomResourceDefinition | undefined;
}

export interface EnableFacts {
  /** Context of the host cluster. */
  readonly cluster: string;
  /** Every FederatedTypeConfig of the control plane. */
  readonly typeConfigs: readonly FederatedTypeConfig[];
  readonly types: readonly TypeFacts[];
}

/** The control plane that types are enabled in. */
export interface ControlPlane {
  readonly kubefedNamespace: string;
  readonly typeConfigs: readonly FederatedTypeConfig[];
}

/**
 * Reads what a control plane federates.
 * @throws FedctlError KubeFedNotInstalled when its namespace or the KubeFed CRDs are missing
 */
export async function readControlPlane(api: KubeApi, options: HostOptions): Promise<ControlPlane> {
  const { kubefedNamespace } = options;
  const [namespace, typeConfigs] = await Promise.all([
    api.get<Namespace>({ type: namespaceType, name: kubefedNamespace }),
    api.list<FederatedTypeConfig>(typeConfigType, { namespace: kubefedNamespace }).catch(absentType),
  ]);
  if (namespace === undefined) {
    throw notInstalled(`cluster "${api.context}" has no namespace "${kubefedNamespace}"`, options);
  }
  if (typeConfigs === undefined) throw notInstalled(`cluster "${api.context}" has no KubeFed CRDs`, options);
  return { kubefedNamespace, typeConfigs: typeConfigs.items };
}

function absentType(error: unknown): undefined {
  if (!hasCode(error, "ServerNotFound")) throw error;
}

function notInstalled(reason: string, options: HostOptions): FedctlError {
  return new FedctlError("KubeFedNotInstalled", `KubeFed is not installed: ${reason}`, {
    hint: `name the host cluster with --host-cluster-context, or install it: ${suggestCommand("install", options)}`,
  });
}

/**
 * Reads, for all types at once, whether they have replicas, and the live CRDs of their federated types. Without a control
 * plane the facts are those of a cluster in which nothing is enabled.
 */
export async function gatherEnableFacts(
  api: KubeApi,
  requests: readonly EnableRequest[],
  controlPlane?: ControlPlane,
): Promise<EnableFacts> {
  const read = async ({ resource, ...federated }: EnableRequest): Promise<TypeFacts> => {
    const wanted = typeConfigFor(resource, { ...federated, namespace: controlPlane?.kubefedNamespace });
    const name = federatedCrdName(wanted.spec.federatedType);
    const [crd, retainReplicas] = await Promise.all([
      controlPlane === undefined ? undefined : api.get<CustomResourceDefinition>({ type: crdType, name }),
      hasReplicas(api, resource),
    ]);
    return { resource, wanted, retainReplicas, crd };
  };
  const types = await Promise.all(requests.map(read));
  return { cluster: api.context, typeConfigs: controlPlane?.typeConfigs ?? [], types };
}
