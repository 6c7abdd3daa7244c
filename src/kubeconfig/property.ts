import { FedctlError } from "../errors.ts";
import type { ConfigSet } from "./config-set.ts";
import type { Body, EntryKind } from "./document.ts";
import { decodeGoBase64 } from "./internal/go-base64.ts";
import { TextError } from "./internal/text-error.ts";

type FieldType = "string" | "bool" | "bytes" | "strings" | "other";

/** Field name in property paths (which are kubectl's internal ones), to its name in the file and its type. */
type Schema = ReadonlyMap<string, readonly [key: string, type: FieldType]>;

const clusterFields: Schema = new Map([
  ["server", ["server", "string"]],
  ["tls-server-name", ["tls-server-name", "string"]],
  ["insecure-skip-tls-verify", ["insecure-skip-tls-verify", "bool"]],
  ["certificate-authority", ["certificate-authority", "string"]],
  ["certificate-authority-data", ["certificate-authority-data", "bytes"]],
  ["proxy-url", ["proxy-url", "string"]],
  ["disable-compression", ["disable-compression", "bool"]],
  ["extensions", ["extensions", "other"]],
]);
const userFields: Schema = new Map([
  ["client-certificate", ["client-certificate", "string"]],
  ["client-certificate-data", ["client-certificate-data", "bytes"]],
  ["client-key", ["client-key", "string"]],
  ["client-key-data", ["client-key-data", "bytes"]],
  ["token", ["token", "string"]],
  ["tokenFile", ["tokenFile", "string"]],
  ["act-as", ["as", "string"]],
  ["act-as-uid", ["as-uid", "string"]],
  ["act-as-groups", ["as-groups", "strings"]],
  ["act-as-user-extra", ["as-user-extra", "other"]],
  ["username", ["username", "string"]],
  ["password", ["password", "string"]],
  ["auth-provider", ["auth-provider", "other"]],
  ["exec", ["exec", "other"]],
  ["extensions", ["extensions", "other"]],
]);
const contextFields: Schema = new Map([
  ["cluster", ["cluster", "string"]],
  ["user", ["user", "string"]],
  ["namespace", ["namespace", "string"]],
  ["extensions", ["extensions", "other"]],
]);
const entryFields: Readonly<Record<EntryKind, Schema>> = {
  clusters: clusterFields,
  users: userFields,
  contexts: contextFields,
};

interface Property {
  readonly path: string;
  readonly rawBytes?: boolean | undefined;
}

/** `kubectl config set PATH VALUE`. @throws FedctlError Usage in kubectl's words */
export function setProperty(set: ConfigSet, { path, rawBytes }: Property, value: string): void {
  if (value === "") throw refused("you cannot use set to unset a property", `use "fedctl config unset ${path}"`);
  const [top = "", ...rest] = path.split(".");
  if (isEntryKind(top)) {
    setEntryField(set, { kind: top, path, rest }, readValue(rawBytes, value));
    return;
  }
  if (rest.length === 0 && top === "current-context") set.setCurrentContext(value);
  else if (top === "preferences") set.setTop(top, changedPreferences(set, path, parseBool(value)));
  else if (rest.length === 0 && (top === "kind" || top === "apiVersion")) {
    // kubectl says so, and does not: a file of another kind could not be read again.
  } else throw unparsable(path, top);
}

type Read = (type: FieldType, path: string) => unknown;

function readValue(rawBytes: boolean | undefined, value: string): Read {
  return (type, path) => {
    switch (type) {
      case "string":
        return value;
      case "bool":
        return parseBool(value);
      case "bytes":
        return rawBytes === true ? Buffer.from(value, "utf8").toString("base64") : requireBase64(value);
      case "strings":
        throw refused(
          "unrecognized slice type. string",
          `write the list into the file, or use "fedctl config view" to see it`,
        );
      case "other":
        throw fieldUnparsable(path);
    }
  };
}

interface EntryPath {
  readonly kind: EntryKind;
  readonly path: string;
  readonly rest: readonly string[];
}

function setEntryField(set: ConfigSet, { kind, path, rest }: EntryPath, read: Read): void {
  const { name, field, deeper } = splitEntryPath(kind, rest);
  if (field === undefined) {
    throw refused(
      `can't set a map to a value: map[${goMap(set.names(kind))}]`,
      `name a field: "fedctl config set ${kind}.${name}.FIELD VALUE"`,
    );
  }
  const [key, type] = field;
  if (deeper) throw fieldUnparsable(path);
  const value = read(type, path);
  const body = new Map(set.entry(kind, name) ?? emptyEntry(kind));
  set.putEntry(kind, name, body.set(key, value));
}

function emptyEntry(kind: EntryKind): Body {
  if (kind === "users") return new Map();
  return kind === "clusters"
    ? new Map([["server", ""]])
    : new Map([
        ["cluster", ""],
        ["user", ""],
      ]);
}

/** `kubectl config unset PATH`. @throws FedctlError Usage in kubectl's words */
export function unsetProperty(set: ConfigSet, path: string): void {
  const [top = "", ...rest] = path.split(".");
  if (isEntryKind(top)) unsetEntry(set, { kind: top, path, rest });
  else if (rest.length === 0) unsetTop(set, top);
  else if (top === "preferences") set.setTop(top, changedPreferences(set, path, undefined));
  else throw unparsable(path, top);
}

function unsetTop(set: ConfigSet, top: string): void {
  switch (top) {
    case "current-context":
      set.setCurrentContext("");
      return;
    case "preferences":
    case "extensions":
      if (set.top(top) !== undefined) set.setTop(top, top === "preferences" ? new Map() : undefined);
      return;
    case "kind":
    case "apiVersion":
      return;
    default:
      throw unparsable(top, top);
  }
}

function unsetEntry(set: ConfigSet, { kind, path, rest }: EntryPath): void {
  if (rest.length === 0) {
    set.removeAll(kind);
    return;
  }
  const { name, field, deeper } = splitEntryPath(kind, rest);
  const entry = set.entry(kind, name);
  if (field === undefined) {
    set.removeEntry(kind, name);
    return;
  }
  if (entry === undefined)
    throw refused(`current map key \`${name}\` is invalid`, `list ${kind} with "fedctl config get-${kind}"`);
  if (deeper) throw fieldUnparsable(path);
  const body = new Map(entry);
  body.delete(field[0]);
  set.putEntry(kind, name, body);
}

interface SplitPath {
  readonly name: string;
  readonly field: readonly [key: string, type: FieldType] | undefined;
  /** More follows behind the field. */
  readonly deeper: boolean;
}

/** Names may hold dots: what comes before the first field's name is the name. */
function splitEntryPath(kind: EntryKind, parts: readonly string[]): SplitPath {
  const at = parts.findIndex((part, index) => index > 0 && entryFields[kind].has(part));
  if (at === -1) return { name: parts.join("."), field: undefined, deeper: false };
  const field = entryFields[kind].get(parts[at] ?? "");
  return { name: parts.slice(0, at).join("."), field, deeper: at < parts.length - 1 };
}

function changedPreferences(set: ConfigSet, path: string, colors: boolean | undefined): Body {
  if (path !== "preferences.colors") throw unparsable(path, path.split(".")[1] ?? path);
  const old: unknown = set.top("preferences");
  const preferences = new Map<string, unknown>(old instanceof Map ? (old as Body) : []);
  if (colors === true) preferences.set("colors", true);
  else preferences.delete("colors");
  return preferences;
}

function isEntryKind(top: string): top is EntryKind {
  return top === "clusters" || top === "users" || top === "contexts";
}

/** As Go prints a map of pointers. */
function goMap(names: readonly string[]): string {
  return names
    .toSorted()
    .map((name) => `${name}:0xc000000000`)
    .join(" ");
}

/** Go's strconv.ParseBool. */
function parseBool(value: string): boolean {
  if (["1", "t", "T", "true", "TRUE", "True"].includes(value)) return true;
  if (["0", "f", "F", "false", "FALSE", "False"].includes(value)) return false;
  throw refused(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`, "write true or false");
}

function requireBase64(value: string): string {
  try {
    decodeGoBase64(value);
    return value;
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    throw refused(`error decoding input value: ${error.message}`, "encode the value as base64, or add --set-raw-bytes");
  }
}

function unparsable(path: string, part: string): FedctlError {
  return refused(
    `unable to parse ${part} after [] at api.Config`,
    `"${path}" is no property; try clusters.NAME.server or current-context`,
  );
}

function fieldUnparsable(path: string): FedctlError {
  return refused(
    `unable to parse one or more field values of ${path}`,
    "use set-cluster, set-context or set-credentials for it",
  );
}

function refused(message: string, hint: string): FedctlError {
  return new FedctlError("Usage", message, { hint });
}
