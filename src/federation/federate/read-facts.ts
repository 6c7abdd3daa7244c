import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import { listClusters } from "../clusters/clusters.ts";
import { kubefedConfigName, kubefedConfigType, namespaceType } from "../kubefed-types.ts";
import type { FederatedTypeConfig, KubeFedCluster, KubeFedConfig } from "../kubefed-types.ts";
import type { Connection, FederationDeps } from "../deps.ts";
import { readControlPlane } from "../enable/facts.ts";
import { findResource } from "../resource-lookup.ts";
import type { FederateFacts } from "./facts.ts";
import { isNamespace } from "./federated-object.ts";
import { federatedTypeOf } from "./federated-type.ts";
import type { FederatedType, Federation } from "./federated-type.ts";
import { type IncludeEntry, parseInclude } from "./include.ts";
import { defaultHolding } from "./object-store.ts";
import type { FederateOptions } from "./options.ts";
import { findHostMember } from "./placement.ts";
import { type Contents, noContents, readContents } from "./read-contents.ts";
import { namespacesOf, readSubject, type SubjectFacts } from "./read-subject.ts";

export interface Connections {
  readonly host: Connection;
  /** Where the objects come from; the host itself unless the user says otherwise. */
  readonly source: Connection;
}

/**
 * Reads what the plan is made of: discovery, the type configs and the clusters, then the objects and what is federated of
 * them already.
 * @throws FedctlError KubeFedNotInstalled, TypeNotFound, TypeAmbiguous, ObjectNotFound, Usage, Server*
 */
export async function readFacts(
  options: FederateOptions,
  { host, source }: Connections,
  { report }: Pick<FederationDeps, "report">,
): Promise<FederateFacts> {
  const include = parseInclude(options.include);
  const [discovery, sourceDiscovery, typeConfigs, members] = await Promise.all([
    host.api.discover(),
    source.api.discover(),
    readTypeConfigs(host.api, options),
    readMembers(host.api, options),
  ]);
  const federation: Federation = {
    api: host.api,
    discovery,
    source: { api: source.api, discovery: sourceDiscovery },
    typeConfigs: new Map(typeConfigs.map((config) => [config.metadata?.name ?? "", config])),
  };
  const type = federatedTypeOf(federation, findResource(sourceDiscovery, options.type));
  checkScope(type, options);
  const objects = await readObjects({ federation, type, options, include, source, report });
  return {
    cluster: host.api.context,
    sourceCluster: source.api.context,
    typeConfigs,
    members,
    hostMember: members === undefined ? undefined : findHostMember(members, host.config),
    ...objects,
    ...(await readNamespaces(federation, objects, options)),
  };
}

function checkScope(type: FederatedType, { contents }: FederateOptions): void {
  if (!contents || isNamespace(type.target)) return;
  throw new FedctlError("Usage", `--contents is for namespaces, not for ${type.name}`, {
    exitCode: ExitCode.Usage,
    hint: "leave out --contents, or name a namespace: fedctl federate namespace NAME --contents",
  });
}

interface ObjectsReading {
  readonly federation: Federation;
  readonly type: FederatedType;
  readonly options: FederateOptions;
  readonly include: readonly IncludeEntry[];
  readonly source: Connection;
  readonly report: FederationDeps["report"];
}

/** Names say at once which contents are wanted; a selection has to be made first. */
async function readObjects(reading: ObjectsReading): Promise<SubjectFacts & Contents> {
  const { type, options, source } = reading;
  const limit = { charactersLeft: defaultHolding };
  const scope = type.target.namespaced && !options.allNamespaces;
  const namespace = scope ? (options.namespace ?? source.config.namespace) : undefined;
  const subject = readSubject({ ...reading, namespace, limit });
  const read = async (namespaces: readonly string[]): Promise<Contents> =>
    options.contents ? readContents(namespaces, { ...reading, limit }) : noContents;
  const [facts, contents] = await Promise.all([
    subject,
    options.names.length > 0
      ? read([...new Set(options.names)].sort())
      : subject.then((found) => read(namespacesOf(found))),
  ]);
  return { ...facts, ...contents, skipped: [...facts.skipped, ...contents.skipped] };
}

/** With -o yaml nothing is written, so the types may as well be those that `enable` would make. */
async function readTypeConfigs(api: KubeApi, options: FederateOptions): Promise<readonly FederatedTypeConfig[]> {
  try {
    return (await readControlPlane(api, options)).typeConfigs;
  } catch (error) {
    if (options.output !== undefined && hasCode(error, "KubeFedNotInstalled", "ServerForbidden")) return [];
    throw error;
  }
}

/** For the check of `--clusters` they have to be read; for a warning they need not. */
async function readMembers(api: KubeApi, options: FederateOptions): Promise<readonly KubeFedCluster[] | undefined> {
  try {
    return await listClusters(api, options.kubefedNamespace);
  } catch (error) {
    const isNeeded = options.clusters !== undefined && options.output === undefined;
    const isOptional = !isNeeded && options.annotations !== "override";
    if (isOptional && hasCode(error, "KubeFedNotInstalled", "ServerForbidden")) return undefined;
    throw error;
  }
}

type NamespaceFacts = Pick<FederateFacts, "unfederatedNamespaces" | "missingNamespaces">;

/** How the namespaces stand in which federated objects are to be. */
async function readNamespaces(
  federation: Federation,
  facts: SubjectFacts,
  options: FederateOptions,
): Promise<NamespaceFacts> {
  if (options.output !== undefined) return { unfederatedNamespaces: [], missingNamespaces: [] };
  const { api, source } = federation;
  const namespaces = namespacesOf(facts);
  const [unfederated, missing] = await Promise.all([
    facts.subject.type.target.namespaced ? without(namespaces, (name) => isNamespaceFederated(federation, name)) : [],
    // What was just read in the host has a namespace there.
    source.api === api ? [] : without(namespaces, (name) => hasNamespace(api, name)),
  ]);
  return {
    unfederatedNamespaces: unfederated.length > 0 && (await isNamespaced(api, options)) ? [] : unfederated,
    missingNamespaces: missing,
  };
}

async function without(
  names: readonly string[],
  isThere: (name: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const there = await Promise.all(names.map(isThere));
  return names.filter((_, index) => there[index] === false);
}

async function hasNamespace(api: KubeApi, name: string): Promise<boolean> {
  return (await api.get({ type: namespaceType, name })) !== undefined;
}

async function isNamespaceFederated(federation: Federation, namespace: string): Promise<boolean> {
  const { federated } = federatedTypeOf(federation, findResource(federation.discovery, "namespaces"));
  return (await federation.api.get({ type: federated, namespace, name: namespace })) !== undefined;
}

/** In a namespaced control plane a namespace needs no federated one. */
async function isNamespaced(api: KubeApi, { kubefedNamespace: namespace }: FederateOptions): Promise<boolean> {
  const config = await api.get<KubeFedConfig>({ type: kubefedConfigType, namespace, name: kubefedConfigName });
  return config?.spec.scope === "Namespaced";
}
