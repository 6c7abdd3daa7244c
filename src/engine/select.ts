import { ExitCode, FedctlError } from "../errors.ts";
import { clusterWords } from "../federation/describe.ts";
import { namespaceType } from "../federation/kubefed-types.ts";
import type { Report } from "../federation/report.ts";
import { findResource } from "../federation/resource-lookup.ts";
import { groupQualifiedName } from "../federation/step.ts";
import { type HostAddress, quoted, suggestCommand } from "../federation/suggest.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { PropagatedType } from "../propagation/types.ts";
import type { Selection } from "./pass.ts";
import { type SelectOptions, suggestPass } from "./suggest-pass.ts";
import type { Plane } from "./sync-plane.ts";
import { isSameType } from "./same-type.ts";

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
    throw await namespaceMissing(host, type, { ...options, name });
  }
  // A federated namespace is in the namespace it stands for.
  const isNamespace = type.name === "namespaces" && name !== undefined;
  return { types: [type], namespace: isNamespace ? name : namespace, name };
}

/** Says where there are objects of that name: the pass is for one of them. */
async function namespaceMissing(
  host: KubeApi,
  { federated, name: typeName }: PropagatedType,
  options: SelectOptions & HostAddress & { readonly name: string },
): Promise<FedctlError> {
  const { name } = options;
  const { items } = await host.list(federated, { fieldSelector: `metadata.name=${name}` });
  const namespaces = items.map(({ metadata }) => metadata?.namespace ?? "").sort();
  const [first] = namespaces;
  const where = namespaces.length > 1 ? `it is in ${namespaces.join(", ")}; for one of them` : "it is there";
  return new FedctlError("Usage", `${typeName} "${name}" is named, and no namespace`, {
    exitCode: ExitCode.Usage,
    hint:
      first === undefined
        ? `see what there is: kubectl --context ${quoted(host.context)} get ${groupQualifiedName(federated)} -A`
        : `${where}: ${suggestPass("sync", { ...options, namespace: first })}`,
  });
}

/**
 * For a pass that found nothing: refuses a name that stands for nothing, neither for a federated object nor for anything that one
 * left in a member; warns of a namespace that is not there.
 * @throws FedctlError ObjectNotFound
 */
export async function tellAbsence(host: KubeApi, selection: Selection, report: Pick<Report, "warn">): Promise<void> {
  const { namespace, name } = selection;
  if (name !== undefined) await refuseAbsent(host, selection, name);
  else if (namespace !== undefined && (await host.get({ type: namespaceType, name: namespace })) === undefined) {
    report.warn({
      code: "NamespaceNotFound",
      message: `${clusterWords(host.context)} has no namespace "${namespace}"`,
    });
  }
}

async function refuseAbsent(host: KubeApi, { types, namespace }: Selection, name: string): Promise<void> {
  const [type] = types;
  if (type === undefined) return;
  const key = { type: type.federated, namespace: type.federated.namespaced ? namespace : undefined, name };
  if ((await host.get(key)) !== undefined) return;
  const where = key.namespace === undefined ? "" : ` in namespace "${key.namespace}"`;
  throw new FedctlError(
    "ObjectNotFound",
    `${clusterWords(host.context)} has no ${type.federated.kind} "${name}"${where}, and no member has anything of it`,
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
  const found = plane.types.find(
    ({ target, federated }) => isSameType(target, resource) || isSameType(federated, resource),
  );
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
