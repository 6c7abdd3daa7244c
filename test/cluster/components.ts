import { join } from "node:path";

export interface ClusterPorts {
  readonly api: number;
  readonly etcd: number;
}

/** Files of a cluster's folder that components read. */
export const clusterFiles = {
  authority: "ca.crt",
  authorityKey: "ca.key",
  serverCertificate: "server.crt",
  serverKey: "server.key",
  serviceAccountKey: "service-account.key",
  serviceAccountPublicKey: "service-account.pub",
  tokens: "tokens.csv",
  kubeconfig: "kubeconfig",
} as const;

/** etcd without durability: nothing here outlives the run, and fsync is most of its time. */
export function etcdArgs(folder: string, ports: ClusterPorts): string[] {
  const clientUrl = `http://127.0.0.1:${ports.etcd}`;
  return flags({
    "data-dir": join(folder, "etcd"),
    "unsafe-no-fsync": "true",
    "listen-client-urls": clientUrl,
    "advertise-client-urls": clientUrl,
    // A single member talks to no peer.
    "listen-peer-urls": "http://127.0.0.1:0",
    "log-level": "warn",
  });
}

export function apiServerArgs(folder: string, ports: ClusterPorts): string[] {
  return flags({
    "etcd-servers": `http://127.0.0.1:${ports.etcd}`,
    "secure-port": ports.api,
    "bind-address": "127.0.0.1",
    // Without it the server looks for a default route, which an offline machine has not.
    "advertise-address": "127.0.0.1",
    "endpoint-reconciler-type": "none",
    "cert-dir": folder,
    "tls-cert-file": join(folder, clusterFiles.serverCertificate),
    "tls-private-key-file": join(folder, clusterFiles.serverKey),
    "client-ca-file": join(folder, clusterFiles.authority),
    "token-auth-file": join(folder, clusterFiles.tokens),
    "service-account-key-file": join(folder, clusterFiles.serviceAccountPublicKey),
    "service-account-signing-key-file": join(folder, clusterFiles.serviceAccountKey),
    "service-account-issuer": "https://kubernetes.default.svc",
    "service-cluster-ip-range": "10.0.0.0/24",
    "authorization-mode": "RBAC",
  });
}

export function controllerManagerArgs(folder: string): string[] {
  return flags({
    ...clientFlags(folder),
    "service-account-private-key-file": join(folder, clusterFiles.serviceAccountKey),
    "root-ca-file": join(folder, clusterFiles.authority),
    "use-service-account-credentials": "true",
    // Node addresses belong to a network, which these clusters have not.
    controllers:
      "*,-node-ipam-controller,-node-route-controller,-cloud-node-lifecycle-controller,-service-lb-controller",
    // The defaults (20 per second) make tests wait for the deletion of a thousand objects.
    "kube-api-qps": 200,
    "kube-api-burst": 400,
  });
}

export function schedulerArgs(folder: string): string[] {
  return flags(clientFlags(folder));
}

export function kwokArgs(folder: string): string[] {
  return flags({ kubeconfig: join(folder, clusterFiles.kubeconfig), "manage-all-nodes": "true" });
}

function clientFlags(folder: string): Record<string, string | number> {
  return {
    kubeconfig: join(folder, clusterFiles.kubeconfig),
    "leader-elect": "false",
    // 0: serve nothing. One port fewer to clash, one certificate fewer to make.
    "secure-port": 0,
  };
}

function flags(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}
