import { FedctlError, hasCode } from "../errors.ts";
import type { FederationDeps } from "../federation/deps.ts";
import { clusterWords, nameOf } from "../federation/describe.ts";
import { isRecord } from "../federation/json-data.ts";
import {
  type FederatedTypeConfig,
  kubefedClusterType,
  type KubeFedCluster,
  type KubeFedConfig,
  kubefedConfigName,
  kubefedConfigType,
  typeConfigType,
} from "../federation/kubefed-types.ts";
import { type HostAddress, suggestCommand } from "../federation/suggest.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { PropagatedType } from "../propagation/types.ts";
import { type ClusterClients, createClusterClients } from "./cluster-clients.ts";
import { controllerSettings, type ControllerSettings } from "./controller-settings.ts";
import { isHostCluster } from "./host-cluster.ts";
import { probeCluster } from "./probe-cluster.ts";
import { planType, propagatesNamespaces } from "./type-plan.ts";
import { defaultAbandonAfterMs, type MemberCluster, type PlaneSettings } from "./world.ts";

/** A control plane as one pass sees it. */
export interface Plane {
  readonly settings: PlaneSettings;
  /** That are propagated: namespaces first, since the others live in them. */
  readonly types: readonly PropagatedType[];
  /** Names of types whose propagation is switched off, or that this control plane cannot propagate. */
  readonly resting: readonly string[];
  readonly clusters: readonly MemberCluster[];
  /** ReplicaSchedulingPreferences count: KubeFed's gate SchedulerPreferences. */
  readonly schedulesReplicas: boolean;
  /** Closes the connections to the members. */
  close(): void;
}

export interface PlaneOptions extends HostAddress {
  readonly host: KubeApi;
  readonly kubefedNamespace: string;
}

/**
 * Reads settings, types and clusters of a control plane, and asks each cluster how it is: a pass needs no controller that did so.
 * @throws FedctlError KubeFedNotInstalled
 */
export async function openPlane(options: PlaneOptions, deps: FederationDeps): Promise<Plane> {
  const { host, kubefedNamespace } = options;
  const namespace = kubefedNamespace;
  const [config, typeConfigs, registrations] = await Promise.all([
    readConfig(host, kubefedNamespace),
    listOf<FederatedTypeConfig>(host, typeConfigType, namespace),
    listOf<KubeFedCluster>(host, kubefedClusterType, namespace),
  ]);
  if (config === undefined) throw notInstalled(options);
  const settings = controllerSettings(config);
  const connectWith: FederationDeps["connectWith"] = (member, token) => deps.connectWith(member, token);
  const clients = createClusterClients({ host, kubefedNamespace, connectWith });
  const { types, resting } = sortTypes(typeConfigs, settings);
  return {
    settings: {
      kubefedNamespace,
      scope: settings.scope,
      adoptsObjects: settings.adoptsObjects,
      abandonAfterMs: defaultAbandonAfterMs,
    },
    types,
    resting,
    schedulesReplicas: !isGateOff(config, "SchedulerPreferences"),
    clusters: await openMembers(registrations, { host, clients, timeoutMs: settings.health.timeoutMs }, deps),
    close: () => {
      clients.close();
    },
  };
}

/** A gate that is not named is on. */
function isGateOff({ spec }: KubeFedConfig, name: string): boolean {
  const gates = spec["featureGates"];
  const listed: readonly unknown[] = Array.isArray(gates) ? gates : [];
  return listed.filter(isRecord).some((gate) => gate["name"] === name && gate["configuration"] === "Disabled");
}

async function readConfig(host: KubeApi, namespace: string): Promise<KubeFedConfig | undefined> {
  return host.get<KubeFedConfig>({ type: kubefedConfigType, namespace, name: kubefedConfigName });
}

async function listOf<T extends FederatedTypeConfig | KubeFedCluster>(
  host: KubeApi,
  type: typeof typeConfigType,
  namespace: string,
): Promise<readonly T[]> {
  try {
    const { items } = await host.list<T>(type, { namespace });
    return [...items].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  } catch (error) {
    if (hasCode(error, "ServerNotFound")) return [];
    throw error;
  }
}

function notInstalled({ host, ...address }: PlaneOptions): FedctlError {
  return new FedctlError(
    "KubeFedNotInstalled",
    `KubeFed is not installed in ${clusterWords(host.context)}, namespace "${address.kubefedNamespace}"`,
    {
      hint: `check --host-cluster-context and --kubefed-namespace, or install it: ${suggestCommand("install", address)}`,
    },
  );
}

function sortTypes(
  configs: readonly FederatedTypeConfig[],
  settings: ControllerSettings,
): Pick<Plane, "types" | "resting"> {
  const hasNamespaces = propagatesNamespaces(configs.find((config) => nameOf(config) === "namespaces"));
  const plans = configs.map((config) => ({ name: nameOf(config), plan: planType(config, settings, hasNamespaces) }));
  const types = plans.flatMap(({ plan }) => (plan.kind === "run" ? [plan.type] : []));
  return {
    types: types.sort((one, other) => orderOf(one) - orderOf(other)),
    resting: plans.filter(({ plan }) => plan.kind === "rest").map(({ name }) => name),
  };
}

/** Namespaces and definitions hold what the others are of. */
function orderOf({ name }: PropagatedType): number {
  const first = ["namespaces", "customresourcedefinitions.apiextensions.k8s.io"].indexOf(name);
  return first === -1 ? 2 : first;
}

interface MemberOptions {
  readonly host: KubeApi;
  readonly clients: ClusterClients;
  readonly timeoutMs: number;
}

async function openMembers(
  registrations: readonly KubeFedCluster[],
  options: MemberOptions,
  deps: FederationDeps,
): Promise<readonly MemberCluster[]> {
  return Promise.all(registrations.map((registration) => openMember(registration, options, deps)));
}

async function openMember(
  registration: KubeFedCluster,
  { host, clients, timeoutMs }: MemberOptions,
  { signal }: Pick<FederationDeps, "signal">,
): Promise<MemberCluster> {
  const common = { name: nameOf(registration), labels: registration.metadata?.labels ?? {} };
  const unusable = (reason: string): MemberCluster => ({
    ...common,
    ready: false,
    reason,
    isHost: undefined,
    api: () => {
      throw new FedctlError("ServerUnreachable", `cluster "${common.name}" cannot be talked to: ${reason}`);
    },
  });
  // A probe of a controller is repeated; this one is not, and so has more patience.
  const probe = await probeCluster(registration, { clients, timeoutMs: Math.max(timeoutMs, 10_000), signal });
  if (probe.kind === "unwell") return unusable("/healthz responded without ok");
  if (probe.kind !== "ok") return unusable(probe.why);
  try {
    const { api } = await clients.clientFor(registration);
    return { ...common, ready: true, isHost: await isHostCluster(host, api, signal), api: () => api };
  } catch (error) {
    if (!(error instanceof FedctlError) || signal.aborted) throw error;
    return unusable(error.message);
  }
}
