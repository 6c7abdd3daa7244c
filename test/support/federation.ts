import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "../../src/errors.ts";
import { installKubeFed } from "../../src/federation/install/install.ts";
import { joinCluster, type JoinOptions } from "../../src/federation/join/join.ts";
import { joinClusters, type JoinManyOptions } from "../../src/federation/join/join-many.ts";
import {
  type KubeFedConfig,
  kubefedConfigName,
  kubefedConfigType,
  namespaceType,
  serviceAccountType,
} from "../../src/federation/kubefed-types.ts";
import type { Change, Warning } from "../../src/federation/report.ts";
import { type ResumeStore, unjoinCluster, type UnjoinOptions } from "../../src/federation/unjoin/unjoin.ts";
import type { KubeApi } from "../../src/kube/kube-api.ts";
import { uniqueName } from "./clusters.ts";
import { coreRun, describeChange } from "./core-run.ts";
import { connectAmid, connectThrough, connectWithToken } from "./kubeconfig-connection.ts";

export interface FederationOptions {
  /** Whose contexts are used. */
  readonly kubeconfigPath: string;
  /** Context of the host. Default: earth. */
  readonly host?: string;
  readonly scope?: "Cluster" | "Namespaced";
  /** Default: one of its own. */
  readonly namespace?: string;
}

/** What a run told, and how it failed where it did. */
export interface Told {
  /** `create ServiceAccount vulcan-earth` */
  readonly changes: readonly string[];
  readonly reasons: readonly (string | undefined)[];
  readonly warnings: readonly Warning[];
  readonly error: unknown;
}

export interface RunOptions {
  /** Instead of the federation's. */
  readonly kubeconfigPath?: string;
  /** Of the program. Default: empty. */
  readonly env?: Readonly<Record<string, string>>;
  /** As if somebody pressed Ctrl-C when this change was told. */
  readonly stopAfter?: (change: string) => boolean;
  /** Of an unjoin: keeps the record of what it leaves. */
  readonly store?: ResumeStore;
}

/** A control plane in a namespace of its own, and what can be done with it. */
export interface Federation {
  readonly namespace: string;
  join(clusterName: string, more?: Partial<JoinOptions>, run?: RunOptions): Promise<Told>;
  joinAll(clusterNames: readonly string[], more?: Partial<JoinManyOptions>, run?: RunOptions): Promise<Told>;
  unjoin(clusterName: string, more?: Partial<UnjoinOptions>, run?: RunOptions): Promise<Told>;
}

/** Gives a host a control plane in a namespace of its own: the first is installed, any other made by hand, beside it. */
export async function openFederation(options: FederationOptions): Promise<Federation> {
  const { kubeconfigPath, host = "earth", scope = "Cluster", namespace = uniqueName("plane") } = options;
  const common = { hostClusterContext: host, kubefedNamespace: namespace, dryRun: false };
  const { signal } = new AbortController();
  const { deps } = coreRun((context) => connectThrough(kubeconfigPath, context, signal));
  const { api } = await deps.connect(host);
  const [other] = await listPlanes(api);
  if (other === undefined) await installKubeFed({ ...common, scope }, deps);
  else
    await addPlane(api, { ...other, metadata: { name: kubefedConfigName, namespace }, spec: { ...other.spec, scope } });
  await waitForGiven(api, namespace);
  return {
    namespace,
    join: (clusterName, more, run) =>
      tell({ kubeconfigPath, ...run }, (core) =>
        joinCluster({ ...common, clusterName, errorOnExisting: true, ...more }, core),
      ),
    joinAll: (clusterNames, more, run) =>
      tell({ kubeconfigPath, ...run }, (core) =>
        joinClusters({ ...common, clusterNames, errorOnExisting: true, parallel: 8, ...more }, core),
      ),
    unjoin: (clusterName, more, run) =>
      tell({ kubeconfigPath, ...run }, (core) =>
        unjoinCluster({ ...common, ...unjoinDefaults, clusterName, ...more }, core, run?.store ?? noStore),
      ),
  };
}

const unjoinDefaults = {
  force: false,
  ignoreNotFound: false,
  unreachable: "fail",
  workloads: "keep",
  timeoutMs: 60_000,
} as const;

/** For runs that write no record of what they leave, or of which nobody looks at it. */
const noStore: ResumeStore = { path: "unfinished.yaml", save: () => Promise.resolve() };

async function listPlanes(api: KubeApi): Promise<readonly KubeFedConfig[]> {
  try {
    return (await api.list<KubeFedConfig>(kubefedConfigType)).items;
  } catch (error) {
    if (hasCode(error, "ServerNotFound")) return [];
    throw error;
  }
}

/** Two cluster-scoped control planes in a host are refused by `install`; tests of joins want many, and run no controller. */
async function addPlane(api: KubeApi, config: KubeFedConfig): Promise<void> {
  await api.create(namespaceType, { metadata: { name: config.metadata?.namespace ?? "" } });
  await api.create(kubefedConfigType, config);
}

/** Kubernetes puts two objects into every new namespace; a test that compares states wants them there from the start. */
async function waitForGiven(api: KubeApi, namespace: string): Promise<void> {
  const given = [
    { type: serviceAccountType, namespace, name: "default" },
    { type: configMapType, namespace, name: "kube-root-ca.crt" },
  ];
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    const found = await Promise.all(given.map((key) => api.get(key)));
    if (!found.includes(undefined)) return;
    await sleep(50);
  }
  throw new Error(`namespace ${namespace} was not given its service account and ConfigMap`);
}

const configMapType = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };

type Deps = ReturnType<typeof coreRun>["deps"];

async function tell(
  { kubeconfigPath, env, stopAfter }: RunOptions & { readonly kubeconfigPath: string },
  work: (deps: Deps) => Promise<void>,
): Promise<Told> {
  const stop = new AbortController();
  const { signal } = stop;
  const run = coreRun((context) => connectAmid(kubeconfigPath, context, { signal, env }), signal);
  const { report } = run.deps;
  const connectWith: Deps["connectWith"] = (config, token) =>
    Promise.resolve(connectWithToken(config, token, { signal, env: certificatesOf(env) }));
  const change = (told: Change): void => {
    report.change(told);
    if (stopAfter?.(describeChange(told)) === true) stop.abort();
  };
  const error: unknown = await work({ ...run.deps, connectWith, report: { ...report, change } }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return {
    changes: run.changes.map(describeChange),
    reasons: run.changes.map(({ reason }) => reason),
    warnings: run.warnings,
    error,
  };
}

/** No proxy of the environment is used for what is to be stored. */
function certificatesOf({ SSL_CERT_FILE }: Readonly<Record<string, string>> = {}): Record<string, string> {
  return SSL_CERT_FILE === undefined ? {} : { SSL_CERT_FILE };
}
