import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { FedctlError } from "../../errors.ts";
import type { ClientConfig } from "../types.ts";
import { goReadError } from "./go-file-error.ts";
import { caBundleError } from "./pem.ts";
import { readTokenFile } from "./token-file.ts";

/** Where Kubernetes mounts a pod's service account. */
export const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface Pod {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly warn: (text: string) => void;
}

/** True inside a pod: the API server's address is in the environment and a service account's token is mounted. */
export async function isInCluster({ env, folder }: Pod): Promise<boolean> {
  if (!env["KUBERNETES_SERVICE_HOST"] || !env["KUBERNETES_SERVICE_PORT"]) return false;
  try {
    return !(await stat(join(folder, "token"))).isDirectory();
  } catch {
    // Any failure to look means "not in a pod", as for client-go.
    return false;
  }
}

/** The configuration of the pod's own service account. @throws FedctlError CredentialUnavailable */
export async function inClusterConfig(pod: Pod): Promise<ClientConfig> {
  const host = pod.env["KUBERNETES_SERVICE_HOST"] ?? "";
  const bracketed = host.includes(":") ? `[${host}]` : host;
  const server = `https://${bracketed}:${pod.env["KUBERNETES_SERVICE_PORT"] ?? ""}`;
  const tokenFile = join(pod.folder, "token");
  const read = await readTokenFile(tokenFile);
  if ("failure" in read) {
    throw new FedctlError("CredentialUnavailable", `in-cluster service account: ${read.failure}`, {
      hint: "check the pod's service account, or name a kubeconfig file with --kubeconfig",
    });
  }
  return {
    contextName: "",
    clusterName: "",
    userName: "",
    namespace: await podNamespace(pod),
    server,
    baseUrl: server,
    tls: { ...(await podCa(pod)), insecureSkipVerify: false, serverName: undefined },
    proxyUrl: undefined,
    disableCompression: false,
    credentials: { kind: "static", tokenFile, bearerToken: read.token },
    impersonation: undefined,
  };
}

async function podCa({ folder, warn }: Pod): Promise<Pick<ClientConfig["tls"], "caPem" | "caFile">> {
  const caFile = join(folder, "ca.crt");
  const found = await readCa(caFile);
  if (typeof found !== "string") return { caPem: found, caFile };
  warn(`Expected to load root CA config from ${caFile}, but got err: ${found}`);
  return { caPem: undefined, caFile: undefined };
}

async function readCa(caFile: string): Promise<Buffer | string> {
  try {
    const pem = await readFile(caFile);
    return caBundleError(pem) ?? pem;
  } catch (error) {
    return goReadError(error, caFile);
  }
}

/** The pod's namespace: POD_NAMESPACE, else the mounted one, else "default". */
export async function podNamespace({ env, folder }: Pod): Promise<string> {
  const named = env["POD_NAMESPACE"] ?? "";
  if (named !== "") return named;
  try {
    const mounted = (await readFile(join(folder, "namespace"), "utf8")).trim();
    return mounted === "" ? "default" : mounted;
  } catch {
    // Not mounted: client-go falls back without a word.
    return "default";
  }
}
