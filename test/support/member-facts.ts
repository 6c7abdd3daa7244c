import type { UnknownObject } from "../../src/kube/objects.ts";
import type { MemberFacts } from "../../src/propagation/decide.ts";
import type { PropagatedType } from "../../src/propagation/types.ts";

const target = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const type: PropagatedType = {
  name: "configmaps",
  target,
  federated: {
    ...target,
    group: "types.kubefed.io",
    version: "v1beta1",
    kind: "FederatedConfigMap",
    plural: "federatedconfigmaps",
  },
  statusType: undefined,
  propagation: "Enabled",
  collectsStatus: false,
};
export const federated = {
  metadata: { name: "a", namespace: "shop", creationTimestamp: "2026-11-25T12:00:00Z" },
  spec: { template: { data: { x: "1" } } },
};
export const label = { "kubefed.io/managed": "true" };

/** A ConfigMap of a member, made after its federated object. */
export function live(metadata: object = {}): UnknownObject {
  return {
    metadata: {
      name: "a",
      namespace: "shop",
      uid: "u1",
      resourceVersion: "7",
      labels: label,
      creationTimestamp: "2026-11-25T12:00:05Z",
      ...metadata,
    },
    data: { x: "1" },
  };
}

export const facts: MemberFacts = {
  cluster: { name: "vulcan", labels: {}, ready: true, isHost: false },
  type,
  federated,
  selected: true,
  live: { known: true, object: undefined },
  recorded: undefined,
  mayHold: false,
  hostNamespaceUid: undefined,
};
export const there = (object: UnknownObject): MemberFacts["live"] => ({ known: true, object });
export const unready = { ...facts.cluster, ready: false, reason: "it is down" };
export const going = { deletionTimestamp: "2026-11-25T12:00:09Z" };
