import type { ClusterEntry, ContextEntry, ExecConfig, RawConfig, UserEntry } from "../../../src/kubeconfig/types.ts";

/** A loaded kubeconfig as `kubectl config view` shows it, as data: empty fields left out, entries as lists. */
export function kubectlView(raw: RawConfig, options: { readonly redacted: boolean }): unknown {
  const show: Show = {
    secret: (text) => (options.redacted && text !== "" ? "REDACTED" : text),
    bytes: (data) => (options.redacted && data !== undefined ? "DATA+OMITTED" : data?.toString("base64")),
  };
  return pruned({
    preferences: pruned({ colors: raw.preferences.colors, extensions: extensions(raw.preferences.extensions) }),
    extensions: extensions(raw.extensions),
    clusters: named(raw.clusters, "cluster", (cluster) => viewCluster(cluster, show)),
    users: named(raw.users, "user", (user) => viewUser(user, show)),
    contexts: named(raw.contexts, "context", viewContext),
    "current-context": raw.currentContext,
  });
}

/** What kubectl printed, without what says nothing: nulls, empty strings, lists and objects. */
export function prunedView(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prunedView);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "kind" && key !== "apiVersion");
  return pruned(Object.fromEntries(entries.map(([key, item]) => [key, key === "extension" ? item : prunedView(item)])));
}

interface Show {
  readonly secret: (text: string) => string;
  readonly bytes: (data: Buffer | undefined) => string | undefined;
}

function viewCluster(cluster: ClusterEntry, show: Show): unknown {
  return pruned({
    server: cluster.server,
    "tls-server-name": cluster.tlsServerName,
    "insecure-skip-tls-verify": cluster.insecureSkipTlsVerify,
    "certificate-authority": cluster.certificateAuthority,
    "certificate-authority-data": show.bytes(cluster.certificateAuthorityData),
    "proxy-url": cluster.proxyUrl,
    "disable-compression": cluster.disableCompression,
    extensions: extensions(cluster.extensions),
  });
}

function viewContext(context: ContextEntry): unknown {
  const { cluster, user, namespace } = context;
  return pruned({ cluster, user, namespace, extensions: extensions(context.extensions) });
}

function viewUser(user: UserEntry, show: Show): unknown {
  const provider = user.authProvider && {
    name: user.authProvider.name,
    config: Object.fromEntries(user.authProvider.config),
  };
  return pruned({
    "client-certificate": user.clientCertificate,
    "client-certificate-data": show.bytes(user.clientCertificateData),
    "client-key": user.clientKey,
    "client-key-data": show.bytes(user.clientKeyData),
    token: show.secret(user.token),
    tokenFile: user.tokenFile,
    as: user.impersonate,
    "as-uid": user.impersonateUid,
    "as-groups": user.impersonateGroups,
    "as-user-extra": Object.fromEntries(user.impersonateUserExtra),
    username: user.username,
    password: show.secret(user.password),
    "auth-provider": provider,
    exec: user.exec === undefined ? undefined : viewExec(user.exec),
    extensions: extensions(user.extensions),
  });
}

function viewExec(exec: ExecConfig): unknown {
  // `apiVersion` is left out of both sides together with the document's.
  const { command, args, env, installHint, provideClusterInfo, interactiveMode } = exec;
  return pruned({ command, args, env, installHint, provideClusterInfo, interactiveMode });
}

function named<T>(entries: ReadonlyMap<string, T>, key: string, view: (entry: T) => unknown): readonly unknown[] {
  return [...entries].map(([name, entry]) => pruned({ name, [key]: view(entry) }));
}

function extensions(entries: ReadonlyMap<string, unknown>): readonly unknown[] {
  return [...entries].map(([name, extension]) => ({ name, extension: plain(extension) }));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
}

function pruned(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
