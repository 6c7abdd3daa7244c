import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { createAuthority } from "./certificates.ts";
import { ComponentDied, startComponent, waitUntil } from "./component.ts";
import type { Component, Probe } from "./component.ts";
import { apiServerArgs, clusterFiles, controllerManagerArgs, etcdArgs, kwokArgs, schedulerArgs } from "./components.ts";
import type { ClusterPorts } from "./components.ts";
import type { ClusterDetails } from "./details.ts";
import { adminEntry, authorityName, writeKubeconfig } from "./kubeconfig-file.ts";
import { saysPortIsTaken, withFreePorts } from "./ports.ts";
import { rawGet, rawRequest } from "./raw-client.ts";

export interface Cluster extends ClusterDetails {
  /** The same as plain data, for another process. */
  readonly details: ClusterDetails;
  /** Process ids of the guardians of its components, each the leader of its process group. */
  readonly pids: readonly number[];
  readonly stop: () => Promise<void>;
  /** Ends the API server, does what is to be done while there is none, and starts it again on the same port; resolves when it is ready. */
  readonly restartApiServer: (meanwhile?: () => Promise<void>) => Promise<void>;
}

export interface StartClusterOptions {
  readonly binaries: Binaries;
  /** The cluster's own folder; made here. */
  readonly folder: string;
  readonly extraApiServerArgs: readonly string[];
  readonly startScheduler: boolean;
  readonly kwok: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Starts one cluster and waits until it is ready for work. On failure nothing of it keeps running. */
export async function startCluster(name: string, options: StartClusterOptions): Promise<Cluster> {
  const isClash = (error: unknown): boolean => error instanceof ComponentDied && saysPortIsTaken(error.log);
  return await withFreePorts({ count: 2, isClash }, async ([api = 0, etcd = 0]) => {
    const running: Component[] = [];
    const stop = async (): Promise<void> => {
      await Promise.all(running.map((component) => component.stop()));
    };
    try {
      const details = await bringUp(name, { api, etcd }, { ...options, running });
      const restartApiServer = async (meanwhile?: () => Promise<void>): Promise<void> => {
        await running.find((component) => component.name === apiServer)?.stop();
        await meanwhile?.();
        await startApiServer(details, { api, etcd }, { ...options, running });
      };
      return { ...details, details, pids: running.map((component) => component.pid), stop, restartApiServer };
    } catch (error) {
      await stop();
      throw error;
    }
  });
}

interface BringUpOptions extends StartClusterOptions {
  /** Receives every component as soon as it is started, so that a failure can end it. */
  readonly running: Component[];
}

async function bringUp(name: string, ports: ClusterPorts, options: BringUpOptions): Promise<ClusterDetails> {
  const { folder, binaries, running, signal } = options;
  const logDir = join(folder, "logs");
  await rm(join(folder, "etcd"), { recursive: true, force: true });
  await mkdir(logDir, { recursive: true });
  const start = async (component: string, command: string | undefined, args: readonly string[]): Promise<void> => {
    if (command === undefined) throw new Error(`${component} was not asked for when the binaries were looked up`);
    running.push(await startComponent({ name: component, cluster: name, command, args, folder, logDir }));
  };
  const wait = (what: string, probe: Probe): Promise<void> =>
    waitUntil(probe, { what: `${what} of ${name}`, components: running, signal });
  const isThere =
    (path: string): Probe =>
    async (probeSignal) =>
      (await rawRequest(files, { method: "GET", path, signal: probeSignal })).status === 200;

  await start("etcd", binaries.etcd, etcdArgs(folder, ports));
  const files = await writeFiles(name, folder, ports);
  const etcdHealth = `http://127.0.0.1:${ports.etcd}/health`;
  await wait("etcd", async (probeSignal) => (await fetch(etcdHealth, { signal: probeSignal })).ok);
  await startApiServer({ ...files, logDir }, ports, options);
  await start("kube-controller-manager", binaries.kubeControllerManager, controllerManagerArgs(folder));
  if (options.startScheduler) await start("kube-scheduler", binaries.kubeScheduler, schedulerArgs(folder));
  if (options.kwok) await start("kwok", binaries.kwok, kwokArgs(folder));
  await wait("service account controller", isThere("/api/v1/namespaces/default/serviceaccounts/default"));
  await wait("root CA publisher", isThere("/api/v1/namespaces/default/configmaps/kube-root-ca.crt"));
  const version = await rawGet<{ gitVersion: string }>(files, "/version");
  return { ...files, logDir, version: version?.gitVersion ?? "" };
}

const apiServer = "kube-apiserver";

/** Starts the API server in place of one that ended, if there was one, and waits until it is ready. */
async function startApiServer(
  details: Omit<ClusterDetails, "version">,
  ports: ClusterPorts,
  { folder, binaries, running, signal, extraApiServerArgs }: BringUpOptions,
): Promise<void> {
  const started = await startComponent({
    name: apiServer,
    cluster: details.name,
    command: binaries.kubeApiserver,
    args: [...apiServerArgs(folder, ports), ...extraApiServerArgs],
    folder,
    logDir: details.logDir,
  });
  const place = running.findIndex((component) => component.name === apiServer);
  running.splice(place === -1 ? running.length : place, 1, started);
  const probe: Probe = async (probeSignal) =>
    (await rawRequest(details, { method: "GET", path: "/readyz", signal: probeSignal })).status === 200;
  await waitUntil(probe, { what: `${apiServer} of ${details.name}`, components: [started], signal });
}

/** Writes what the components read, and the kubeconfig. */
async function writeFiles(
  name: string,
  folder: string,
  ports: ClusterPorts,
): Promise<Omit<ClusterDetails, "logDir" | "version">> {
  const authority = createAuthority(authorityName(name));
  const hosts = ["localhost", "kubernetes", "kubernetes.default.svc", "127.0.0.1", "10.0.0.1"];
  const server = authority.issue({ subject: { commonName: "kube-apiserver" }, usage: "server", hosts });
  const admin = authority.issue({
    subject: { commonName: "admin", organisations: ["system:masters"] },
    usage: "client",
  });
  const [adminToken, guestToken] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
  const kubeconfigPath = join(folder, clusterFiles.kubeconfig);
  const details = {
    name,
    server: `https://127.0.0.1:${ports.api}`,
    kubeconfigPath,
    caPem: authority.certificatePem,
    caKeyPem: authority.keyPem,
    adminCertificatePem: admin.certificatePem,
    adminKeyPem: admin.keyPem,
    adminToken,
    guestToken,
  };
  const tokens = `${adminToken},token-admin,token-admin,"system:masters"\n${guestToken},guest,guest\n`;
  await writeSecrets(folder, {
    [clusterFiles.authority]: authority.certificatePem,
    [clusterFiles.serverCertificate]: server.certificatePem,
    [clusterFiles.serverKey]: server.keyPem,
    [clusterFiles.tokens]: tokens,
    ...serviceAccountKeys(),
  });
  await writeKubeconfig(kubeconfigPath, [adminEntry(details)]);
  return details;
}

function serviceAccountKeys(): Record<string, string> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    [clusterFiles.serviceAccountKey]: privateKey.export({ type: "sec1", format: "pem" }).toString(),
    [clusterFiles.serviceAccountPublicKey]: createPublicKey(privateKey)
      .export({ type: "spki", format: "pem" })
      .toString(),
  };
}

async function writeSecrets(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await Promise.all(
    Object.entries(files).map(([file, content]) => writeFile(join(folder, file), content, { mode: 0o600 })),
  );
}
