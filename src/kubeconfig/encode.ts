import type { ClusterEntry, ContextEntry, ExecConfig, RawConfig, UserEntry } from "./types.ts";

/** An object as Go writes it: keys in the order of its struct. */
export type Encoded = ReadonlyMap<string, unknown>;

/** A kubeconfig as kubectl writes it: entries as lists, empty fields left out but for those that it always writes. */
export function encodeConfig(config: RawConfig, overrides: { readonly redact?: boolean } = {}): Encoded {
  const secret = overrides.redact === true ? redacted : shown;
  return new Map<string, unknown>([
    ["kind", "Config"],
    ["apiVersion", "v1"],
    [
      "preferences",
      fields([
        ["colors", config.preferences.colors],
        ["extensions", extensions(config.preferences.extensions)],
      ]),
    ],
    ["clusters", named(config.clusters, "cluster", (cluster) => encodeCluster(cluster, secret))],
    ["users", named(config.users, "user", (user) => encodeUser(user, secret))],
    ["contexts", named(config.contexts, "context", encodeContext)],
    ["current-context", config.currentContext],
    ...fields([["extensions", extensions(config.extensions)]]),
  ]);
}

interface Secrets {
  text(value: string): string;
  data(value: Buffer | undefined): string;
}

const shown: Secrets = { text: (value) => value, data: (value) => value?.toString("base64") ?? "" };
const redacted: Secrets = {
  text: (value) => (value === "" ? "" : "REDACTED"),
  data: (value) => (value === undefined ? "" : "DATA+OMITTED"),
};

function encodeCluster(cluster: ClusterEntry, secret: Secrets): Encoded {
  return new Map<string, unknown>([
    ["server", cluster.server],
    ...fields([
      ["tls-server-name", cluster.tlsServerName],
      ["insecure-skip-tls-verify", cluster.insecureSkipTlsVerify],
      ["certificate-authority", cluster.certificateAuthority],
      ["certificate-authority-data", secret.data(cluster.certificateAuthorityData)],
      ["proxy-url", cluster.proxyUrl],
      ["disable-compression", cluster.disableCompression],
      ["extensions", extensions(cluster.extensions)],
    ]),
  ]);
}

function encodeContext(context: ContextEntry): Encoded {
  return new Map<string, unknown>([
    ["cluster", context.cluster],
    ["user", context.user],
    ...fields([
      ["namespace", context.namespace],
      ["extensions", extensions(context.extensions)],
    ]),
  ]);
}

function encodeUser(user: UserEntry, secret: Secrets): Encoded {
  const provider = user.authProvider;
  return fields([
    ["client-certificate", user.clientCertificate],
    ["client-certificate-data", secret.data(user.clientCertificateData)],
    ["client-key", user.clientKey],
    ["client-key-data", secret.data(user.clientKeyData)],
    ["token", secret.text(user.token)],
    ["tokenFile", user.tokenFile],
    ["as", user.impersonate],
    ["as-uid", user.impersonateUid],
    ["as-groups", user.impersonateGroups],
    ["as-user-extra", user.impersonateUserExtra],
    ["username", user.username],
    ["password", secret.text(user.password)],
    [
      "auth-provider",
      provider &&
        new Map<string, unknown>([
          ["name", provider.name],
          ["config", provider.config.size === 0 ? null : provider.config],
        ]),
    ],
    ["exec", user.exec && encodeExec(user.exec)],
    ["extensions", extensions(user.extensions)],
  ]);
}

function encodeExec(exec: ExecConfig): Encoded {
  const variables = exec.env.map(
    ({ name, value }) =>
      new Map([
        ["name", name],
        ["value", value],
      ]),
  );
  return new Map<string, unknown>([
    ["command", exec.command],
    ["args", exec.args.length === 0 ? null : exec.args],
    ["env", variables.length === 0 ? null : variables],
    ...fields([
      ["apiVersion", exec.apiVersion],
      ["installHint", exec.installHint],
    ]),
    ["provideClusterInfo", exec.provideClusterInfo],
    ...fields([["interactiveMode", exec.interactiveMode]]),
  ]);
}

function named<T>(entries: ReadonlyMap<string, T>, key: string, encode: (entry: T) => Encoded): unknown {
  if (entries.size === 0) return null;
  return byName(entries).map(
    ([name, entry]) =>
      new Map<string, unknown>([
        ["name", name],
        [key, encode(entry)],
      ]),
  );
}

function extensions(entries: ReadonlyMap<string, unknown>): unknown {
  return byName(entries).map(
    ([name, extension]) =>
      new Map<string, unknown>([
        ["name", name],
        ["extension", sortKeys(extension)],
      ]),
  );
}

function byName<T>(entries: ReadonlyMap<string, T>): [string, T][] {
  return [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** What Go leaves out when it is empty. */
function fields(pairs: readonly (readonly [string, unknown])[]): Encoded {
  return new Map(pairs.filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return value instanceof Map && value.size === 0;
}

/** Objects with their keys in the order of their bytes, as kubectl writes YAML; lists as they are. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!(value instanceof Map)) return value;
  const entries = [...value].map(([key, item]): [string, unknown] => [String(key), sortKeys(item)]);
  return new Map(byName(new Map(entries)));
}

/** As Go's encoder prints it with kubectl's four blanks. */
export function printGoJson(value: unknown): string {
  const text = JSON.stringify(plain(value), null, 4).replace(/"\\u0000int:(-?\d+)"/g, "$1");
  return `${text.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return `\u0000int:${value}`;
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
}
