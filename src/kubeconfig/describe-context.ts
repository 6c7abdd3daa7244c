import type { RawConfig, UserEntry } from "./types.ts";

/** A context with what it leads to. */
export interface ContextDescription {
  readonly current: boolean;
  readonly name: string;
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string;
  /** "" where the cluster is defined nowhere. */
  readonly server: string;
  /** `exec aws`, `token`, `certificate`, `basic`, `tokenFile`, `oidc`, `none`, or `missing`. */
  readonly auth: string;
  readonly file: string;
  readonly clusterFile: string;
  readonly userFile: string;
}

/** undefined where there is no such context. */
export function describeContext(raw: RawConfig, name: string): ContextDescription | undefined {
  const context = raw.contexts.get(name);
  if (context === undefined) return undefined;
  const { cluster, user, namespace, origin } = context;
  const clusterEntry = raw.clusters.get(cluster);
  const userEntry = raw.users.get(user);
  return {
    current: name === raw.currentContext,
    name,
    cluster,
    user,
    namespace,
    server: clusterEntry?.server ?? "",
    auth: userEntry === undefined ? "missing" : authKind(userEntry),
    file: origin,
    clusterFile: clusterEntry?.origin ?? "",
    userFile: userEntry?.origin ?? "",
  };
}

function authKind(user: UserEntry): string {
  if (user.exec !== undefined) return `exec ${user.exec.command}`;
  if (user.authProvider !== undefined) return user.authProvider.name;
  if (user.tokenFile !== "") return "tokenFile";
  if (user.token !== "") return "token";
  if (user.username !== "") return "basic";
  const hasCertificate = user.clientCertificate !== "" || user.clientCertificateData !== undefined;
  return hasCertificate ? "certificate" : "none";
}
