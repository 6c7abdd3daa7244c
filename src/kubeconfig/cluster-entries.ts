import { ExitCode, FedctlError } from "../errors.ts";
import { type Body, isBody, type KubeconfigDocument } from "./document.ts";

/** The three entries that log in to one EKS cluster. */
export interface ClusterEntries {
  /** What the cluster is known by everywhere: its ARN. */
  readonly id: string;
  readonly region: string;
  /** Its name, or id, as credential plugins take it. */
  readonly ownName: string;
  readonly clusterName: string;
  readonly userName: string;
  readonly contextName: string;
  readonly cluster: Body;
  readonly user: Body;
  readonly context: Body;
}

export interface PutOptions {
  readonly setCurrent: boolean;
  /** Entries of another cluster may be taken over. */
  readonly overwrite: boolean;
  /** Files beside the one that is written: what they define is not to be hidden either. */
  readonly others: readonly KubeconfigDocument[];
}

export interface PutOutcome {
  /** False: the cluster's entry was there. */
  readonly isNew: boolean;
  readonly warnings: readonly string[];
}

/**
 * Puts the entries into a kubeconfig. Into those that are there it merges: what is not this cluster's address or way to log
 * in stays (namespace, extensions, env, proxies, unknown fields). Changes nothing when it throws.
 * @throws FedctlError KubeconfigEntryTaken
 */
export function putClusterEntries(
  document: KubeconfigDocument,
  entries: ClusterEntries,
  options: PutOptions,
): PutOutcome {
  const { clusterName, userName, contextName } = entries;
  if (!options.overwrite) refuseTaken([document, ...options.others], entries);
  const known = document.entry("clusters", clusterName);
  const user = document.entry("users", userName);
  const warnings = sharedUserWarning(document, entries, user);
  document.setEntry("clusters", clusterName, mergeCluster(entries.cluster, known));
  document.setEntry("users", userName, mergeUser(entries.user, user));
  document.setEntry("contexts", contextName, merge(entries.context, document.entry("contexts", contextName)));
  if (options.setCurrent) document.setCurrentContext(contextName);
  return { isNew: known === undefined, warnings };
}

/** The old one's other fields behind the new ones. */
function merge(fresh: Body, old: Body | undefined): Body {
  return new Map([...fresh, ...[...(old ?? [])].filter(([key]) => !fresh.has(key))]);
}

function without(body: Body | undefined, keys: readonly string[]): Body {
  return new Map([...(body ?? [])].filter(([key]) => !keys.includes(key)));
}

/** client-go refuses these beside certificate-authority-data. */
const otherTrust = ["certificate-authority", "insecure-skip-tls-verify"];

function mergeCluster(fresh: Body, old: Body | undefined): Body {
  return merge(fresh, without(old, otherTrust));
}

/** Any of these would keep kubectl from running the plugin. */
const otherLogins = [
  "client-certificate",
  "client-certificate-data",
  "client-key",
  "client-key-data",
  "token",
  "tokenFile",
  "username",
  "password",
  "auth-provider",
];

function mergeUser(fresh: Body, old: Body | undefined): Body {
  const [exec, oldExec] = [fresh.get("exec"), old?.get("exec")];
  const merged = merge(fresh, without(old, otherLogins));
  if (!isBody(exec) || !isBody(oldExec)) return merged;
  return new Map([...merged, ["exec", mergeExec(exec, oldExec)]]);
}

/** Variables of the environment are matched by name. */
function mergeExec(fresh: Body, old: Body): Body {
  const merged = merge(fresh, old);
  const [set, kept] = [listOf(fresh.get("env")), listOf(old.get("env"))];
  if (set.length === 0) return merged;
  const find = (list: readonly unknown[], like: unknown): unknown => list.find((each) => nameOf(each) === nameOf(like));
  const changed = kept.map((each) => find(set, each) ?? each);
  return new Map([...merged, ["env", [...changed, ...set.filter((each) => find(kept, each) === undefined)]]]);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function nameOf(value: unknown): unknown {
  return isBody(value) ? value.get("name") : undefined;
}

/** Contexts that share the user log in with it, too: with another role from now on. */
function sharedUserWarning(
  document: KubeconfigDocument,
  { userName, contextName, user }: ClusterEntries,
  old: Body | undefined,
): readonly string[] {
  const role = roleOf(user);
  if (old === undefined || roleOf(old) === role || roleOf(old) === undefined) return [];
  const sharing = contextsOf(document).filter(
    ({ name, body }) => name !== contextName && body.get("user") === userName,
  );
  if (sharing.length === 0) return [];
  const names = sharing.map(({ name }) => name).join(", ");
  const now = role === undefined || role === "" ? "without a role" : `with role ${role}`;
  return [
    `user ${userName} now logs in ${now}, also for context ${names}; --user-alias gives a context a user of its own`,
  ];
}

/** Undefined where there is no plugin that could have one; "" for none. */
function roleOf(user: Body): string | undefined {
  const args = argsOf(user);
  if (args === undefined) return undefined;
  const at = args.findIndex((arg) => ["--role", "--role-arn", "-r"].includes(arg));
  return at === -1 ? "" : (args[at + 1] ?? "");
}

function argsOf(user: Body | undefined): readonly string[] | undefined {
  const exec = user?.get("exec");
  return isBody(exec) ? listOf(exec.get("args")).map(String) : undefined;
}

interface NamedContext {
  readonly name: string;
  readonly body: Body;
}

function contextsOf(document: KubeconfigDocument): readonly NamedContext[] {
  return document.names("contexts").map((name) => ({ name, body: document.entry("contexts", name) ?? new Map() }));
}

/** Names alone do not tell whose an entry is, but for an ARN. */
function refuseTaken(documents: readonly KubeconfigDocument[], entries: ClusterEntries): void {
  const owner = new Owner(documents, entries);
  for (const document of documents) {
    if (entries.contextName !== entries.id) refuseTakenContext(document, entries.contextName, owner);
    refuseTakenNames(document, entries, owner);
  }
}

function refuseTakenContext(document: KubeconfigDocument, name: string, owner: Owner): void {
  const cluster = document.entry("contexts", name)?.get("cluster");
  if (typeof cluster !== "string" || cluster === "" || owner.isSameCluster(cluster)) return;
  throw taken(`context ${name} in ${document.file} belongs to cluster ${cluster}`, "--alias");
}

/** Of cluster and user. */
function refuseTakenNames(document: KubeconfigDocument, entries: ClusterEntries, owner: Owner): void {
  const { id, clusterName, userName } = entries;
  const { file } = document;
  const isThere = clusterName !== id && document.entry("clusters", clusterName) !== undefined;
  if (isThere && !owner.isSameCluster(clusterName)) {
    throw taken(`cluster ${clusterName} in ${file} is another one`, "--cluster-alias");
  }
  const user = userName === id ? undefined : document.entry("users", userName);
  if (user !== undefined && !owner.isOwnUser(user, userName)) {
    throw taken(`user ${userName} in ${file} belongs to another cluster`, "--user-alias");
  }
}

function taken(what: string, option: string): FedctlError {
  return new FedctlError("KubeconfigEntryTaken", what, {
    exitCode: ExitCode.Conflict,
    hint: `choose another name with ${option}, or take it over with --overwrite`,
  });
}

/** Knows what belongs to the cluster of the entries. */
class Owner {
  readonly #documents: readonly KubeconfigDocument[];
  readonly #entries: ClusterEntries;

  constructor(documents: readonly KubeconfigDocument[], entries: ClusterEntries) {
    this.#documents = documents;
    this.#entries = entries;
  }

  /** By its ARN or address. Its name tells nothing: each account may have a cluster "prod". */
  isSameCluster(name: string): boolean {
    const { id, cluster } = this.#entries;
    if (name === id) return true;
    const entries = this.#documents.map((document) => document.entry("clusters", name));
    const server = addressOf(entries.find((entry) => entry !== undefined));
    return server !== "" && server === addressOf(cluster);
  }

  /** All contexts that use it are of this cluster; of one that none uses, the plugin is asked for it. */
  isOwnUser(user: Body, name: string): boolean {
    const contexts = this.#documents.flatMap(contextsOf).filter(({ body }) => body.get("user") === name);
    if (contexts.length === 0) return this.#namesCluster(user);
    return contexts.every(({ body }) => this.isSameCluster(String(body.get("cluster"))));
  }

  #namesCluster(user: Body | undefined): boolean {
    const args = argsOf(user) ?? [];
    const at = args.indexOf("--region");
    return args.includes(this.#entries.ownName) && (at === -1 || args[at + 1] === this.#entries.region);
  }
}

function addressOf(cluster: Body | undefined): string {
  const server = cluster?.get("server");
  return typeof server === "string" ? server.toLowerCase().replace(/\/+$/, "") : "";
}
