import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { kubefedConfigName, kubefedConfigType } from "../kubefed-types.ts";
import type { FederatedObject, FederatedTypeConfig, KubeFedConfig } from "../kubefed-types.ts";
import type { Connection, FederationDeps } from "../deps.ts";
import { readControlPlane } from "../enable/facts.ts";
import { findResource } from "../resource-lookup.ts";
import type { FederateFacts, Source } from "./facts.ts";
import { isNamespace } from "./federated-object.ts";
import { confirmCrdMissing, federatedTypeOf } from "./federated-type.ts";
import type { FederatedType, Federation } from "./federated-type.ts";
import type { FederateOptions } from "./options.ts";
import { readContents } from "./read-contents.ts";

/**
 * Reads what the plan is made of: discovery and the type configs, then the objects and what is federated of them already.
 * @throws FedctlError KubeFedNotInstalled, TypeNotFound, TypeAmbiguous, ObjectNotFound, Usage, Server*
 */
export async function readFacts(
  options: FederateOptions,
  { api, config }: Connection,
  { report }: Pick<FederationDeps, "report">,
): Promise<FederateFacts> {
  const [discovery, typeConfigs] = await Promise.all([api.discover(), readTypeConfigs(api, options)]);
  const federation: Federation = {
    api,
    discovery,
    typeConfigs: new Map(typeConfigs.map((config) => [config.metadata?.name ?? "", config])),
  };
  const type = federatedTypeOf(federation, findResource(discovery, options.type));
  const isOfNamespace = isNamespace(type.target);
  if (options.contents && !isOfNamespace) {
    throw new FedctlError("Usage", `--contents is for namespaces, not for ${type.name}`, { exitCode: ExitCode.Usage });
  }
  const namespace = type.target.namespaced ? (options.namespace ?? config.namespace) : undefined;
  const [subject, contents, namespaceFederated] = await Promise.all([
    readSubject(federation, type, { options, namespace }),
    options.contents ? readContents(federation, options, report) : noContents,
    namespace === undefined ? true : isNamespaceFederated(federation, namespace, options),
  ]);
  return { cluster: api.context, typeConfigs, subject, ...contents, namespaceFederated };
}

const noContents: Pick<FederateFacts, "contents" | "skipped" | "skippedTypes" | "warnings"> = {
  contents: [],
  skipped: [],
  skippedTypes: [],
  warnings: [],
};

/** With -o yaml nothing is written, so the types may as well be those that `enable` would make. */
async function readTypeConfigs(api: KubeApi, options: FederateOptions): Promise<readonly FederatedTypeConfig[]> {
  try {
    return (await readControlPlane(api, options)).typeConfigs;
  } catch (error) {
    if (options.output !== undefined && hasCode(error, "KubeFedNotInstalled", "ServerForbidden")) return [];
    throw error;
  }
}

interface SubjectPlace {
  readonly options: FederateOptions;
  readonly namespace: string | undefined;
}

async function readSubject(federation: Federation, type: FederatedType, place: SubjectPlace): Promise<Source> {
  const { api } = federation;
  const { options, namespace } = place;
  const key = { type: type.target, namespace, name: options.name };
  const [object, existing, confirmed] = await Promise.all([
    api.get(key),
    readFederatedObject(api, type, place),
    confirmCrdMissing(api, type),
  ]);
  if (object === undefined) {
    const where = namespace === undefined ? "" : ` in namespace "${namespace}"`;
    throw new FedctlError(
      "ObjectNotFound",
      `there is no ${type.target.kind} "${options.name}"${where} of cluster "${api.context}"`,
      {
        hint: `look at what is there: kubectl --context ${api.context} get ${type.name}${namespace === undefined ? "" : ` -n ${namespace}`}`,
      },
    );
  }
  return {
    type: confirmed,
    objects: [object],
    existing: new Map(existing === undefined ? [] : [[options.name, existing]]),
  };
}

async function readFederatedObject(
  api: KubeApi,
  { state, target, federated }: FederatedType,
  { options, namespace }: SubjectPlace,
): Promise<FederatedObject | undefined> {
  if (state === "notEnabled" || options.output !== undefined) return undefined;
  const place = isNamespace(target) ? options.name : namespace;
  return api.get<FederatedObject>({
    type: federated,
    name: options.name,
    ...(federated.namespaced && { namespace: place }),
  });
}

/** In a namespaced control plane a namespace needs no federated one. */
async function isNamespaceFederated(
  { api, typeConfigs, discovery }: Federation,
  namespace: string,
  { kubefedNamespace, output }: FederateOptions,
): Promise<boolean> {
  if (output !== undefined) return true;
  const resource = findResource(discovery, "namespaces");
  const { federated } = federatedTypeOf({ typeConfigs, discovery }, resource);
  if ((await api.get({ type: federated, namespace, name: namespace })) !== undefined) return true;
  const config = await api.get<KubeFedConfig>({
    type: kubefedConfigType,
    namespace: kubefedNamespace,
    name: kubefedConfigName,
  });
  return config?.spec.scope === "Namespaced";
}
