import { decodeCluster } from "./internal/decode-cluster.ts";
import { decodeContext } from "./internal/decode-context.ts";
import { decodeExtensions } from "./internal/decode-extensions.ts";
import { decodeUser } from "./internal/decode-user.ts";
import { openStruct } from "./internal/go-decode.ts";
import type { Fields } from "./internal/go-decode.ts";
import { TextError } from "./internal/text-error.ts";
import { requireKind } from "./internal/type-meta.ts";
import { parseYamlDocument } from "./internal/yaml-document.ts";
import type { RawConfig } from "./types.ts";

/**
 * Reads one kubeconfig text as client-go does: the first YAML 1.1 document, strictly typed, every entry marked with `origin`.
 * @throws TextError in client-go's words, without values
 */
export function parseKubeconfig(text: string, origin: string): RawConfig {
  const document = parseYamlDocument(text);
  const unknownKind = requireKind(document, { apiVersion: "v1", kind: "Config" });
  const fields = openStruct(document, "v1.Config", { struct: "Config", path: "" });
  if (unknownKind !== undefined) throw unknownKind;
  return decodeConfig(fields, origin);
}

/**
 * The data of a kubeconfig text, none of its entries looked at; null for an empty text.
 * @throws TextError when it is no YAML, or says to be something else
 */
export function parseUntyped(text: string): unknown {
  const document = parseYamlDocument(text);
  const unknownKind = requireKind(document, { apiVersion: "v1", kind: "Config" });
  if (unknownKind !== undefined) throw unknownKind;
  return document;
}

const noExtensions: ReadonlyMap<string, unknown> = new Map();

/** What a missing file and an empty one stand for. */
export const emptyConfig: RawConfig = {
  preferences: { colors: false, extensions: noExtensions },
  extensions: noExtensions,
  clusters: new Map(),
  users: new Map(),
  contexts: new Map(),
  currentContext: "",
};

function decodeConfig(fields: Fields, origin: string): RawConfig {
  // In the order of the keys' names: Go reports the first mismatch in that order.
  const clusters = named(fields, "clusters", (item) =>
    item.struct("cluster", "v1.Cluster", (cluster) => decodeCluster(cluster, origin)),
  );
  const contexts = named(fields, "contexts", (item) =>
    item.struct("context", "v1.Context", (context) => decodeContext(context, origin)),
  );
  const currentContext = fields.string("current-context");
  const extensions = decodeExtensions(fields);
  const preferences = fields.struct("preferences", "v1.Preferences", (body) => ({
    colors: body.boolean("colors"),
    extensions: decodeExtensions(body),
  }));
  const users = named(fields, "users", (item) =>
    item.struct("user", "v1.AuthInfo", (user) => decodeUser(user, origin)),
  );
  return { preferences, extensions, clusters, users, contexts, currentContext };
}

const goNames = {
  clusters: { item: "NamedCluster", body: "Cluster" },
  users: { item: "NamedAuthInfo", body: "AuthInfo" },
  contexts: { item: "NamedContext", body: "Context" },
} as const;

function named<T>(fields: Fields, list: keyof typeof goNames, decode: (item: Fields) => T): ReadonlyMap<string, T> {
  const { item, body } = goNames[list];
  const entries = fields.list(list, `v1.${item}`, (entry) => {
    const value = decode(entry);
    return { name: entry.string("name"), value };
  });
  const byName = new Map<string, T>();
  for (const { name, value } of entries) {
    // client-go goes on to print both entries, tokens included; the name is enough.
    if (byName.has(name)) {
      throw new TextError(
        `error converting *[]${item} into *map[string]*api.${body}: duplicate name "${name}" in list`,
      );
    }
    byName.set(name, value);
  }
  return byName;
}
