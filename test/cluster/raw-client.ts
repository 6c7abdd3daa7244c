import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterDetails } from "./details.ts";

export interface RawRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path with query, as in `/api/v1/namespaces?limit=5`. */
  readonly path: string;
  readonly body?: unknown;
  /** Default: application/json; for PATCH application/merge-patch+json. */
  readonly contentType?: string;
  /** With a bearer token among them the request goes without the administrator's certificate. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export interface RawResponse {
  readonly status: number;
  readonly text: string;
}

export type RawCluster = Pick<ClusterDetails, "server" | "caPem" | "adminCertificatePem" | "adminKeyPem">;

/** Sends one request as the cluster's administrator, or the bearer of a token, and gives whatever the server answered, errors included. */
export async function rawRequest(cluster: RawCluster, options: RawRequest): Promise<RawResponse> {
  const admin = { cert: cluster.adminCertificatePem, key: cluster.adminKeyPem };
  const agent = new Agent({ ca: cluster.caPem, ...(options.headers?.["authorization"] === undefined && admin) });
  try {
    return await send(agent, cluster.server, options);
  } finally {
    agent.destroy();
  }
}

function send(agent: Agent, server: string, options: RawRequest): Promise<RawResponse> {
  const { method, path, body, signal } = options;
  const defaultType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const contentType = options.contentType ?? defaultType;
  const headers = { accept: "application/json", "content-type": contentType, ...options.headers };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, server), { agent, method, headers, ...(signal && { signal }) }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    sent.once("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/**
 * The object at `path`, or undefined where the server says 404. A server that has just started and asks to be asked later is. Throws on
 * any other answer but 200.
 */
export async function rawGet<T = Record<string, unknown>>(cluster: RawCluster, path: string): Promise<T | undefined> {
  let response = await rawRequest(cluster, { method: "GET", path });
  for (let tries = 1; response.status === 429 && tries < 10; tries += 1) {
    await sleep(1_000);
    response = await rawRequest(cluster, { method: "GET", path });
  }
  return response.status === 404 ? undefined : (parse(response, `GET ${path}`) as T); // The caller names what it asked for.
}

/** The items of the list at `path`. */
export async function rawList<T = Record<string, unknown>>(cluster: RawCluster, path: string): Promise<readonly T[]> {
  const list = await rawGet<{ items?: readonly T[] }>(cluster, path);
  return list?.items ?? [];
}

/** Creates `object` in the collection at `path` and gives what the server made of it. */
export async function rawCreate<T = Record<string, unknown>>(
  cluster: RawCluster,
  path: string,
  object: unknown,
): Promise<T> {
  const response = await rawRequest(cluster, { method: "POST", path, body: object });
  return parse(response, `POST ${path}`) as T; // The caller names what it asked for.
}

/** Applies a JSON merge patch to the object at `path`. */
export async function rawPatch<T = Record<string, unknown>>(
  cluster: RawCluster,
  path: string,
  patch: unknown,
): Promise<T> {
  const response = await rawRequest(cluster, { method: "PATCH", path, body: patch });
  return parse(response, `PATCH ${path}`) as T; // The caller names what it asked for.
}

/** Creates or changes the object at `path` by server-side apply. */
export async function rawApply<T = Record<string, unknown>>(
  cluster: RawCluster,
  path: string,
  object: unknown,
): Promise<T> {
  const response = await rawRequest(cluster, {
    method: "PATCH",
    path: `${path}?fieldManager=fedctl-tests&force=true`,
    body: object,
    contentType: "application/apply-patch+yaml",
  });
  return parse(response, `apply ${path}`) as T; // The caller names what it asked for.
}

/** Deletes the object at `path`; that it is not there is fine. */
export async function rawDelete(cluster: RawCluster, path: string): Promise<void> {
  const response = await rawRequest(cluster, { method: "DELETE", path });
  if (response.status !== 404) parse(response, `DELETE ${path}`);
}

function parse({ status, text }: RawResponse, what: string): unknown {
  if (status < 200 || status > 299) throw new Error(`${what}: ${status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}
