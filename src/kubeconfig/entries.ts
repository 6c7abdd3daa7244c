import { resolve } from "node:path";
import type { Body } from "./document.ts";

/** Fields of an entry that a command sets; undefined: not given. An empty string empties the field. */
export interface ClusterChange {
  readonly server?: string | undefined;
  readonly tlsServerName?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  readonly certificateAuthority?: string | undefined;
  /** base64; given instead of the path. */
  readonly certificateAuthorityData?: string | undefined;
  readonly proxyUrl?: string | undefined;
}

/** What `kubectl config set-cluster` makes of a cluster. */
export function changeCluster(old: Body | undefined, change: ClusterChange, cwd: string): Body {
  const body = new Map<string, unknown>(old ?? [["server", ""]]);
  if (change.server !== undefined) {
    body.set("server", change.server);
    // It was the other server's name.
    body.delete("tls-server-name");
  }
  setOrDelete(body, "tls-server-name", change.tlsServerName);
  if (change.insecureSkipTlsVerify !== undefined) {
    setOrDelete(body, "insecure-skip-tls-verify", change.insecureSkipTlsVerify);
    if (change.insecureSkipTlsVerify) remove(body, "certificate-authority", "certificate-authority-data");
  }
  if (change.certificateAuthorityData !== undefined) {
    body.set("certificate-authority-data", change.certificateAuthorityData);
    remove(body, "insecure-skip-tls-verify", "certificate-authority");
  } else if (change.certificateAuthority !== undefined) {
    setOrDelete(body, "certificate-authority", absolute(change.certificateAuthority, cwd));
    if (change.certificateAuthority !== "") remove(body, "insecure-skip-tls-verify", "certificate-authority-data");
  }
  setOrDelete(body, "proxy-url", change.proxyUrl);
  return inKubectlsOrder(old, body);
}

export interface ContextChange {
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
}

/** What `kubectl config set-context` makes of a context. */
export function changeContext(old: Body | undefined, change: ContextChange): Body {
  const body = new Map<string, unknown>(
    old ?? [
      ["cluster", ""],
      ["user", ""],
    ],
  );
  if (change.cluster !== undefined) body.set("cluster", change.cluster);
  if (change.user !== undefined) body.set("user", change.user);
  setOrDelete(body, "namespace", change.namespace);
  return inKubectlsOrder(old, body);
}

export interface UserChange {
  readonly clientCertificate?: string | undefined;
  readonly clientCertificateData?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly clientKeyData?: string | undefined;
  readonly token?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly authProvider?: string | undefined;
  readonly authProviderArgs?: readonly string[] | undefined;
  readonly execCommand?: string | undefined;
  readonly execApiVersion?: string | undefined;
  readonly execArgs?: readonly string[] | undefined;
  readonly execEnv?: readonly string[] | undefined;
  readonly execProvideClusterInfo?: boolean | undefined;
  readonly execInteractiveMode?: string | undefined;
}

/** What `kubectl config set-credentials` makes of a user. */
export function changeUser(old: Body | undefined, change: UserChange, cwd: string): Body {
  const body = new Map<string, unknown>(old);
  setFile(body, "client-certificate", { path: change.clientCertificate, data: change.clientCertificateData, cwd });
  setFile(body, "client-key", { path: change.clientKey, data: change.clientKeyData, cwd });
  setOrDelete(body, "token", change.token);
  setOrDelete(body, "username", change.username);
  setOrDelete(body, "password", change.password);
  changeAuthProvider(body, change);
  changeExec(body, change);
  const setsToken = isGiven(change.token);
  const setsBasic = isGiven(change.username) || isGiven(change.password);
  if (setsToken && !setsBasic) remove(body, "username", "password");
  if (setsBasic && !setsToken) remove(body, "token");
  return inKubectlsOrder(old, body);
}

interface FileChange {
  readonly path: string | undefined;
  readonly data: string | undefined;
  readonly cwd: string;
}

function setFile(body: Map<string, unknown>, key: string, { path, data, cwd }: FileChange): void {
  if (data !== undefined) {
    body.set(`${key}-data`, data);
    body.delete(key);
  } else if (path !== undefined) {
    setOrDelete(body, key, absolute(path, cwd));
    if (path !== "") body.delete(`${key}-data`);
  }
}

function changeAuthProvider(body: Map<string, unknown>, { authProvider, authProviderArgs = [] }: UserChange): void {
  let provider = asMap(body.get("auth-provider"));
  if (authProvider !== undefined && provider?.get("name") !== authProvider)
    provider = new Map([["name", authProvider]]);
  if (provider === undefined) return;
  const config = asMap(provider.get("config")) ?? new Map<string, unknown>();
  for (const { name, value } of authProviderArgs.map(assignment)) setOrDelete(config, name, value ?? "");
  body.set("auth-provider", inKubectlsOrder(undefined, provider.set("config", config.size === 0 ? null : config)));
}

/** Arguments for a plugin that is not there are ignored, as kubectl does. */
function changeExec(body: Map<string, unknown>, change: UserChange): void {
  const old = asMap(body.get("exec"));
  if (old === undefined && change.execCommand === undefined) return;
  const exec =
    old ??
    new Map<string, unknown>([
      ["args", null],
      ["env", null],
      ["provideClusterInfo", false],
    ]);
  if (change.execCommand !== undefined) exec.set("command", change.execCommand);
  setOrDelete(exec, "apiVersion", change.execApiVersion);
  if (change.execArgs !== undefined && change.execArgs.length > 0) exec.set("args", change.execArgs);
  if (change.execEnv !== undefined) exec.set("env", changedEnv(exec.get("env"), change.execEnv.map(assignment)));
  if (change.execProvideClusterInfo !== undefined) exec.set("provideClusterInfo", change.execProvideClusterInfo);
  setOrDelete(exec, "interactiveMode", change.execInteractiveMode);
  body.set("exec", old === undefined ? inKubectlsOrder(undefined, exec) : exec);
}

function changedEnv(old: unknown, changes: readonly Assignment[]): unknown {
  const variables = (Array.isArray(old) ? old : []).flatMap((item: unknown) => asMap(item) ?? []);
  const removed = changes.filter(({ value }) => value === undefined).map(({ name }) => name);
  const kept = variables.filter((variable) => !removed.includes(String(variable.get("name"))));
  const set = changes.filter(({ value }) => value !== undefined);
  for (const { name, value } of set.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const existing = kept.find((variable) => variable.get("name") === name);
    if (existing === undefined)
      kept.push(
        new Map([
          ["name", name],
          ["value", value],
        ]),
      );
    else existing.set("value", value);
  }
  return kept.length === 0 ? null : kept;
}

interface Assignment {
  readonly name: string;
  /** undefined: to be removed, `NAME-`. */
  readonly value: string | undefined;
}

/** `NAME=value` or `NAME-`. */
function assignment(text: string): Assignment {
  const at = text.indexOf("=");
  return at === -1
    ? { name: text.replace(/-$/, ""), value: undefined }
    : { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** Which of them are neither `NAME=value` nor `NAME-`. */
export function badAssignments(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => !text.includes("=") && !text.endsWith("-"));
}

function isGiven(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

/** An entry that is new gets kubectl's order; one that exists keeps its own. */
function inKubectlsOrder(old: Body | undefined, body: ReadonlyMap<string, unknown>): Body {
  if (old !== undefined) return body;
  return new Map([...body].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function setOrDelete(body: Map<string, unknown>, key: string, value: string | boolean | undefined): void {
  if (value === undefined) return;
  if (value === "" || value === false) body.delete(key);
  else body.set(key, value);
}

function remove(body: Map<string, unknown>, ...keys: readonly string[]): void {
  for (const key of keys) body.delete(key);
}

function absolute(path: string, cwd: string): string {
  return path === "" ? "" : resolve(cwd, path);
}

/** A copy, to be changed. */
function asMap(value: unknown): Map<string, unknown> | undefined {
  return value instanceof Map
    ? new Map([...value].map(([key, item]): [string, unknown] => [String(key), item]))
    : undefined;
}
