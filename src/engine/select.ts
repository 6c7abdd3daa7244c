import { ExitCode, FedctlError } from "../errors.ts";
import { findResource } from "../federation/resource-lookup.ts";
import { groupQualifiedName } from "../federation/step.ts";
import { type HostAddress, quoted, suggestCommand } from "../federation/suggest.ts";
import type { KubeApi, ResourceType } from "../kube/kube-api.ts";
import type { PropagatedType } from "../propagation/types.ts";
import type { Selection } from "./pass.ts";
import type { Plane } from "./sync-plane.ts";

export interface SelectOptions {
  /** Plural, kind or short name of a type, or of its federated type. Undefined: all types. */
  readonly type?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** What a pass is to look at. @throws FedctlError TypeNotFound, TypeAmbiguous, TypeNotEnabled, Usage */
export async function selectSubjects(
  host: KubeApi,
  plane: Plane,
  options: SelectOptions & HostAddress,
): Promise<Selection> {
  const { name } = options;
  const namespace =
    options.namespace ?? (plane.settings.scope === "Namespaced" ? plane.settings.kubefedNamespace : undefined);
  if (options.type === undefined) return { types: plane.types, namespace, name: undefined };
  const type = await findType(host, plane, { ...options, type: options.type });
  if (name !== undefined && type.federated.namespaced && namespace === undefined && type.name !== "namespaces") {
    throw new FedctlError("Usage", `one object of ${type.name} is named, and no namespace`, {
      exitCode: ExitCode.Usage,
      hint: "name it with -n",
    });
  }
  // A federated namespace is in the namespace it stands for.
  const isNamespace = type.name === "namespaces" && name !== undefined;
  return { types: [type], namespace: isNamespace ? name : namespace, name };
}

/**
 * Refuses a name that stands for nothing: there is no such federated object, nor anything that one left in a member.
 * @throws FedctlError ObjectNotFound
 */
export async function refuseAbsent(host: KubeApi, { types, namespace, name }: Selection): Promise<void> {
  const [type] = types;
  if (type === undefined || name === undefined) return;
  const key = { type: type.federated, namespace: type.federated.namespaced ? namespace : undefined, name };
  if ((await host.get(key)) !== undefined) return;
  const where = key.namespace === undefined ? "" : ` in namespace "${key.namespace}"`;
  throw new FedctlError(
    "ObjectNotFound",
    `cluster "${host.context}" has no ${type.federated.kind} "${name}"${where}, and no member has anything of it`,
    {
      hint: `see what there is: kubectl --context ${quoted(host.context)} get ${groupQualifiedName(type.federated)} -A`,
    },
  );
}

async function findType(
  host: KubeApi,
  plane: Plane,
  { type: key, ...address }: HostAddress & { readonly type: string },
): Promise<PropagatedType> {
  const named = plane.types.find((type) => answersTo(type, key.toLowerCase()));
  if (named !== undefined) return named;
  const resource = findResource(await host.discover(), key);
  const found = plane.types.find(({ target, federated }) => isSame(target, resource) || isSame(federated, resource));
  if (found !== undefined) return found;
  const name = groupQualifiedName(resource);
  const isResting = plane.resting.includes(name);
  throw new FedctlError(
    "TypeNotEnabled",
    `type "${name}" is ${isResting ? "enabled, but not propagated" : "not enabled"}`,
    {
      hint: isResting
        ? `see its FederatedTypeConfig: kubectl -n ${plane.settings.kubefedNamespace} get federatedtypeconfig ${name} -o yaml`
        : `enable it: ${suggestCommand(`enable ${name}`, address)}`,
    },
  );
}

function answersTo({ name, target, federated }: PropagatedType, key: string): boolean {
  const names = [name, target.kind, federated.plural, federated.kind, groupQualifiedName(federated)];
  return names.some((each) => each.toLowerCase() === key);
}

function isSame(one: ResourceType, other: ResourceType): boolean {
  return one.group === other.group && one.plural === other.plural;
}
