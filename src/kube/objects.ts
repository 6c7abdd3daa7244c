import type {
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1ConfigMap,
  V1CustomResourceDefinition,
  V1Deployment,
  V1Namespace,
  V1ObjectMeta,
  V1Secret,
  V1ServiceAccount,
  V1Status,
} from "@kubernetes/client-node";

/**
 * A client-node model as it stands on the wire: the models hold Date where JSON holds a string, and
 * rename keys that are reserved words (`_continue`). Type only: no code of client-node is loaded (decision 0003).
 */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T as Key extends `_${infer Name}` ? Name : Key]: Wire<T[Key]> }
      : T;

export type ObjectMeta = Wire<V1ObjectMeta>;
export type Namespace = Wire<V1Namespace>;
export type Secret = Wire<V1Secret>;
export type ServiceAccount = Wire<V1ServiceAccount>;
export type ClusterRole = Wire<V1ClusterRole>;
export type ClusterRoleBinding = Wire<V1ClusterRoleBinding>;
export type ConfigMap = Wire<V1ConfigMap>;
export type CustomResourceDefinition = Wire<V1CustomResourceDefinition>;
export type Deployment = Wire<V1Deployment>;
export type Status = Wire<V1Status>;

/** Any object, as JSON has it. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}

/** An object of which nothing but the common part is known. */
export interface UnknownObject extends KubeObject {
  [field: string]: unknown;
}
