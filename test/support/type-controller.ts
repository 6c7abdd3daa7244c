import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "../../src/errors.ts";
import {
  type FederatedTypeConfig,
  resourceTypeOf,
  syncFinalizer,
  typeConfigFinalizer,
  typeConfigType,
} from "../../src/federation/kubefed-types.ts";
import { orphanAnnotation } from "../../src/federation/orphaning/facts.ts";
import type { KubeApi, ResourceType } from "../../src/kube/kube-api.ts";
import type { KubeObject } from "../../src/kube/objects.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { connectTo } from "./cluster-connection.ts";

/** Plays the part of KubeFed's controller towards a host cluster, as far as types are enabled and disabled. */
export interface TypeController {
  /** Federated objects it let go of: `namespace/name`, and ` orphaned` where what it placed is to stay. */
  readonly released: readonly string[];
  /** It says nothing of what it does, and lets go of nothing, but holds its lock. */
  hang(): void;
  /** As if it were killed: its lock stays as it is. */
  kill(): Promise<void>;
}

export interface TypeControllerOptions {
  readonly namespace: string;
  /** For which its lock is valid after it was last renewed. */
  readonly leaseSeconds?: number;
}

const configMapType = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };

/** Starts one; resolves when every FederatedTypeConfig has a status. */
export async function startTypeController(
  cluster: ClusterDetails,
  { namespace, leaseSeconds = 15 }: TypeControllerOptions,
): Promise<TypeController> {
  const { api } = connectTo(cluster);
  const released: string[] = [];
  let [isRunning, isHanging] = [true, false];
  const round = async (): Promise<void> => {
    await renewLock(api, namespace, leaseSeconds);
    if (!isHanging) await reconcile(api, namespace, released);
  };
  await round();
  const work = (async () => {
    while (isRunning) {
      await sleep(100);
      await round();
    }
  })();
  return {
    released,
    hang: () => {
      isHanging = true;
    },
    async kill() {
      isRunning = false;
      await work;
      api.close();
    },
  };
}

async function renewLock(api: KubeApi, namespace: string, leaseSeconds: number): Promise<void> {
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const record = { holderIdentity: "stand-in", leaseDurationSeconds: leaseSeconds, acquireTime: now, renewTime: now };
  const annotations = { "control-plane.alpha.kubernetes.io/leader": JSON.stringify(record) };
  const metadata = { name: "kubefed-controller-manager", namespace, annotations };
  const key = { type: configMapType, namespace, name: metadata.name };
  try {
    if ((await api.get(key)) === undefined) await api.create(configMapType, { metadata });
    else await api.patch(key, { type: "merge", body: { metadata: { annotations } } });
  } catch (error) {
    // The namespace goes with what was uninstalled, and the lock with it.
    if (!hasCode(error, "ServerForbidden", "ServerNotFound")) throw error;
  }
}

async function reconcile(api: KubeApi, namespace: string, released: string[]): Promise<void> {
  const items = await listTypeConfigs(api, namespace);
  await Promise.all(
    items.map(async (config) => {
      try {
        await reconcileType(api, config, released);
      } catch (error) {
        // Changed or gone meanwhile: the next round sees it as it is.
        if (!hasCode(error, "ServerConflict", "ServerNotFound", "ServerInvalid")) throw error;
      }
    }),
  );
}

/** None where KubeFed was uninstalled. */
async function listTypeConfigs(api: KubeApi, namespace: string): Promise<readonly FederatedTypeConfig[]> {
  try {
    return (await api.list<FederatedTypeConfig>(typeConfigType, { namespace })).items;
  } catch (error) {
    if (!hasCode(error, "ServerNotFound")) throw error;
    return [];
  }
}

async function reconcileType(api: KubeApi, config: FederatedTypeConfig, released: string[]): Promise<void> {
  const isDeleted = config.metadata?.deletionTimestamp !== undefined;
  if (await setFinalizer(api, { type: typeConfigType, object: config, finalizer: typeConfigFinalizer }, !isDeleted))
    return;
  const isEnabled = config.spec.propagation === "Enabled";
  const status = {
    observedGeneration: config.metadata?.generation ?? 0,
    propagationController: isEnabled ? "Running" : "NotRunning",
  };
  if (JSON.stringify(config.status) !== JSON.stringify(status))
    await api.updateStatus(typeConfigType, { ...config, status });
  if (isEnabled) await syncObjects(api, resourceTypeOf(config.spec.federatedType), released);
}

async function syncObjects(api: KubeApi, type: ResourceType, released: string[]): Promise<void> {
  for (const object of (await api.list<KubeObject>(type)).items) {
    const { name = "", namespace = "", annotations, deletionTimestamp } = object.metadata ?? {};
    const isDeleted = deletionTimestamp !== undefined;
    const isSet = await setFinalizer(api, { type, object, finalizer: syncFinalizer }, !isDeleted);
    const orphaned = annotations?.[orphanAnnotation] === "true" ? " orphaned" : "";
    if (isSet && isDeleted) released.push(`${namespace}/${name}${orphaned}`);
  }
}

interface Held {
  readonly type: ResourceType;
  readonly object: KubeObject;
  readonly finalizer: string;
}

/** @returns false when it was so already */
async function setFinalizer(api: KubeApi, { type, object, finalizer }: Held, wanted: boolean): Promise<boolean> {
  const finalizers = object.metadata?.finalizers ?? [];
  if (finalizers.includes(finalizer) === wanted) return false;
  const next = wanted ? [...finalizers, finalizer] : finalizers.filter((name) => name !== finalizer);
  await api.update(type, { ...object, metadata: { ...object.metadata, finalizers: next } });
  return true;
}
