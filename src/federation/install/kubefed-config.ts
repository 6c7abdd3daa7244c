import { kubefedConfigName, kubefedConfigType } from "../kubefed-types.ts";
import type { KubeFedConfig } from "../kubefed-types.ts";
import { apiVersionOf } from "../step.ts";

export type ControlPlaneScope = "Cluster" | "Namespaced";

/**
 * The KubeFedConfig of a new control plane. Every setting is written out: KubeFed's webhook, which would fill them in, is not
 * installed, and the controller refuses to start when one is missing.
 */
export function kubefedConfigFor(namespace: string, scope: ControlPlaneScope): KubeFedConfig {
  return {
    apiVersion: apiVersionOf(kubefedConfigType),
    kind: kubefedConfigType.kind,
    metadata: { name: kubefedConfigName, namespace },
    spec: {
      clusterHealthCheck: { failureThreshold: 3, period: "10s", successThreshold: 1, timeout: "3s" },
      controllerDuration: { availableDelay: "20s", cacheSyncTimeout: "5m", unavailableDelay: "60s" },
      featureGates: [
        { configuration: "Enabled", name: "PushReconciler" },
        { configuration: "Enabled", name: "SchedulerPreferences" },
        { configuration: "Disabled", name: "RawResourceStatusCollection" },
      ],
      leaderElect: { leaseDuration: "15s", renewDeadline: "10s", resourceLock: "configmaps", retryPeriod: "5s" },
      scope,
      statusController: { maxConcurrentReconciles: 1 },
      syncController: { adoptResources: "Enabled", maxConcurrentReconciles: 1 },
    },
  };
}
