import { writeFile } from "node:fs/promises";
import { stringify } from "yaml";
import { openAuthority } from "./certificates.ts";
import type { ClusterDetails } from "./details.ts";

/** How to reach a cluster, and as whom. `name` names the context, the cluster and the user. */
export interface KubeconfigEntry {
  readonly name: string;
  readonly server: string;
  readonly caPem: string;
  readonly user: Readonly<Record<string, unknown>>;
  readonly namespace?: string | undefined;
}

/** A kubeconfig with a context for every entry; the first is the current one. */
export function renderKubeconfig(entries: readonly KubeconfigEntry[]): string {
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: entries.map(({ name, server, caPem }) => ({
        name,
        cluster: { server, "certificate-authority-data": base64(caPem) },
      })),
      users: entries.map(({ name, user }) => ({ name, user })),
      contexts: entries.map(({ name, namespace }) => ({
        name,
        context: { cluster: name, user: name, ...(namespace === undefined ? {} : { namespace }) },
      })),
      "current-context": entries[0]?.name ?? "",
    },
    // Certificates on one line each, as everyone writes them.
    { lineWidth: 0 },
  );
}

/** Writes a kubeconfig that only its owner can read. */
export async function writeKubeconfig(path: string, entries: readonly KubeconfigEntry[]): Promise<void> {
  await writeFile(path, renderKubeconfig(entries), { mode: 0o600 });
}

type Reach = Pick<ClusterDetails, "name" | "server" | "caPem">;

/** The cluster's administrator, by client certificate. */
export function adminEntry(
  cluster: Reach & Pick<ClusterDetails, "adminCertificatePem" | "adminKeyPem">,
): KubeconfigEntry {
  return certificateEntry(cluster, cluster.adminCertificatePem, cluster.adminKeyPem);
}

/** A user with a certificate of the cluster's own authority and no rights but what RBAC gives to name and groups. */
export function userEntry(
  cluster: Reach & Pick<ClusterDetails, "caKeyPem">,
  { user, groups = [] }: { user: string; groups?: readonly string[] },
): KubeconfigEntry {
  const { certificatePem, keyPem } = openAuthority(authorityName(cluster.name), cluster.caKeyPem).issue({
    subject: { commonName: user, organisations: groups },
    usage: "client",
  });
  return certificateEntry(cluster, certificatePem, keyPem);
}

/** A user with a static bearer token, such as the cluster's `adminToken` or `guestToken`. */
export function tokenEntry({ name, server, caPem }: Reach, token: string): KubeconfigEntry {
  return { name, server, caPem, user: { token } };
}

/** The common name of a cluster's certificate authority. */
export function authorityName(cluster: string): string {
  return `${cluster} test authority`;
}

function certificateEntry({ name, server, caPem }: Reach, certificatePem: string, keyPem: string): KubeconfigEntry {
  const user = { "client-certificate-data": base64(certificatePem), "client-key-data": base64(keyPem) };
  return { name, server, caPem, user };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
