import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** Where the clusters were when kubefedctl was recorded. */
export const recordedServers: Servers = { earth: "https://127.0.0.1:16440", vulcan: "https://127.0.0.1:16450" };

/** URLs of API servers by the names of their clusters. */
export type Servers = Readonly<Record<string, string>>;

/** Written by a server or for it alone, wherever they stand. */
const dropped = new Set([
  "uid",
  "resourceVersion",
  "managedFields",
  "generation",
  "observedGeneration",
  "creationTimestamp",
  "kubectl.kubernetes.io/last-applied-configuration",
  "kubernetes.io/service-account.uid",
  // The day a token was first used; fedctl tries it at once.
  "kubernetes.io/legacy-token-last-used",
]);

const masked: Readonly<Record<string, string>> = {
  token: "<token>",
  "ca.crt": "<ca>",
  caBundle: "<ca>",
  clusterIP: "<ip>",
  clusterIPs: "<ip>",
  nodePort: "<port>",
};

const uuid = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
/** Letters and digits of the server's own random suffixes. */
const randomSuffix = /-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

/** Intended difference 1 of the recordings: fedctl marks what it makes. */
function isOwnMark(key: string, value: Json): boolean {
  return key.startsWith("fedctl.") || (key === "app.kubernetes.io/managed-by" && value === "fedctl");
}

/** Data without what differs between any two runs. What is masked once stays as it is when masked again. */
export function mask(value: Json, servers: Servers): Json {
  if (typeof value === "string") return maskText(value, servers);
  if (Array.isArray(value)) return value.map((each) => mask(each as Json, servers));
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value).flatMap(([key, content]): [string, Json][] => {
    if (dropped.has(key)) return [];
    return [[key, maskField(key, content, servers)]];
  });
  return Object.fromEntries(fields);
}

function maskField(key: string, content: Json, servers: Servers): Json {
  if (/Time(stamp)?$/.test(key)) return "<time>";
  if (key === "name" && typeof content === "string") return maskName(maskText(content, servers));
  if (key === "metadata" && isJsonObject(content)) return maskMetadata(content, servers);
  return masked[key] ?? mask(content, servers);
}

function maskMetadata(metadata: JsonObject, servers: Servers): Json {
  const fields = Object.entries(mask(metadata, servers) as JsonObject).flatMap(([key, content]): [string, Json][] => {
    if ((key !== "labels" && key !== "annotations") || !isJsonObject(content)) return [[key, content]];
    const foreign = Object.entries(content).filter(([mark, value]) => !isOwnMark(mark, value));
    return foreign.length === 0 ? [] : [[key, Object.fromEntries(foreign)]];
  });
  return Object.fromEntries(fields);
}

function maskText(text: string, servers: Servers): string {
  const named = Object.entries(servers).reduce((rest, [name, url]) => rest.replaceAll(url, `<server ${name}>`), text);
  return named.replace(uuid, "<uid>");
}

/** `vulcan-x7k2p` becomes `vulcan-XXXXX`. */
export function maskName(name: string): string {
  return name.replace(randomSuffix, "-XXXXX");
}

/** An object without what its key tells: recordings of lists have neither version nor kind of built-in types. */
export function maskObject(object: JsonObject, servers: Servers): JsonObject {
  const rest = Object.entries(object).filter(([field]) => field !== "apiVersion" && field !== "kind");
  return mask(Object.fromEntries(rest), servers) as JsonObject; // an object stays one
}

/** Objects by masked keys, in order; what then has the same key gets primes. */
export function maskObjects(objects: Readonly<Record<string, Json>>, servers: Servers): Record<string, Json> {
  const result: Record<string, Json> = {};
  for (const [key, object] of Object.entries(objects).sort(([left], [right]) => (left < right ? -1 : 1))) {
    let name = maskName(key.replace(/'+$/, ""));
    while (name in result) name += "'";
    result[name] = isJsonObject(object) ? maskObject(object, servers) : object;
  }
  return result;
}

/** Objects by cluster. */
export function maskChanges(
  state: Readonly<Record<string, Readonly<Record<string, Json>>>>,
  servers: Servers,
): Record<string, Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(state).map(([cluster, objects]) => [cluster, maskObjects(objects, servers)]),
  );
}
