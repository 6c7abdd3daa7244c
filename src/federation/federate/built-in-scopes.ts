/** API groups of Kubernetes itself, and the kinds in them that have no namespace. What is in another group is somebody's own. */
const clusterScopedKinds: ReadonlyMap<string, readonly string[]> = new Map([
  ["", ["ComponentStatus", "Namespace", "Node", "PersistentVolume"]],
  [
    "admissionregistration.k8s.io",
    [
      "MutatingAdmissionPolicy",
      "MutatingAdmissionPolicyBinding",
      "MutatingWebhookConfiguration",
      "ValidatingAdmissionPolicy",
      "ValidatingAdmissionPolicyBinding",
      "ValidatingWebhookConfiguration",
    ],
  ],
  ["apiextensions.k8s.io", ["CustomResourceDefinition"]],
  ["apiregistration.k8s.io", ["APIService"]],
  ["apps", []],
  ["autoscaling", []],
  ["batch", []],
  ["certificates.k8s.io", ["CertificateSigningRequest", "ClusterTrustBundle"]],
  ["coordination.k8s.io", []],
  ["discovery.k8s.io", []],
  ["events.k8s.io", []],
  ["extensions", []],
  ["flowcontrol.apiserver.k8s.io", ["FlowSchema", "PriorityLevelConfiguration"]],
  ["networking.k8s.io", ["IPAddress", "IngressClass", "ServiceCIDR"]],
  ["node.k8s.io", ["RuntimeClass"]],
  ["policy", ["PodSecurityPolicy"]],
  ["rbac.authorization.k8s.io", ["ClusterRole", "ClusterRoleBinding"]],
  ["resource.k8s.io", ["DeviceClass", "DeviceTaintRule", "ResourceSlice"]],
  ["scheduling.k8s.io", ["PriorityClass"]],
  ["storage.k8s.io", ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"]],
]);

/** Whether objects of a kind live in namespaces, as far as that can be told without a cluster. */
export function builtInScope(group: string, kind: string): "Namespaced" | "Cluster" | undefined {
  const kinds = clusterScopedKinds.get(group);
  if (kinds === undefined) return undefined;
  return kinds.includes(kind) ? "Cluster" : "Namespaced";
}
