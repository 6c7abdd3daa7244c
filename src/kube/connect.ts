import { setTimeout as delay } from "node:timers/promises";
import type { Authenticator, ClientConfig } from "../kubeconfig/types.ts";
import { cachedDiscovery } from "./discovery.ts";
import { parseEndpoint } from "./internal/endpoint.ts";
import { createEarly } from "./internal/early-create.ts";
import { createLimiter } from "./internal/limiter.ts";
import { deleteObject, createObject, patchObject, replaceObject } from "./internal/writes.ts";
import { getObject, listObjects, listPages, readPath } from "./internal/reads.ts";
import { createRequester } from "./internal/requester.ts";
import { backoffMs } from "./internal/retry.ts";
import type { RequestInfo } from "./internal/sender.ts";
import { createSignalHub } from "./internal/signal-hub.ts";
import { createTransport } from "./internal/transport.ts";
import { watchObjects } from "./internal/watch.ts";
import type { KubeApi } from "./kube-api.ts";

export interface ConnectOptions {
  readonly config: ClientConfig;
  readonly authenticator: Authenticator;
  /** HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR and DISABLE_HTTP2 are looked at. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of every call that does not bring its own; 0: none. */
  readonly requestTimeoutMs: number;
  /** Ends everything that is under way. */
  readonly signal: AbortSignal;
  readonly userAgent: string;
  /** After each request, repeated ones too; the URL holds no secret. */
  readonly onRequest?: ((info: RequestInfo) => void) | undefined;
  /** A text of the server's `Warning` headers, once. */
  readonly onWarning?: ((text: string) => void) | undefined;
  readonly clock?: { sleep(ms: number, signal?: AbortSignal): Promise<void> } | undefined;
  readonly random?: (() => number) | undefined;
  /** Requests under way at a time. */
  readonly maxInFlight?: number | undefined;
}

// What an API server takes on one connection (its http2 limit). 1,000 small POSTs on 2 cores, at 0 and 50 ms round trip:
// 32 in flight 1.5 and 2.8 s, 64 1.2 and 1.7 s, 100 1.0 and 1.3 s, 256 as 100.
const defaultMaxInFlight = 100;

/** Gives the API of one cluster. Makes no request and reads no file until the first call. */
export function connectToCluster(options: ConnectOptions): KubeApi {
  const { config, signal, random = Math.random } = options;
  const maxInFlight = options.maxInFlight ?? defaultMaxInFlight;
  const endpoint = parseEndpoint(config.baseUrl);
  const limiter = createLimiter(maxInFlight);
  const transport = createTransport({
    config,
    endpoint,
    env: options.env,
    onCapacity: (capacity) => {
      limiter.setLimit(Math.min(maxInFlight, capacity));
    },
  });
  const hub = createSignalHub();
  const clock = options.clock ?? { sleep };
  const requester = createRequester({ ...options, endpoint, limiter, transport, random, hub, clock });
  const rest = async (failures: number): Promise<void> => {
    const wait = new AbortController();
    const leave = hub.subscribe(signal, () => {
      wait.abort();
    });
    // Whoever goes on after the signal learns of it there, in the words of what was attempted.
    await clock.sleep(backoffMs({ tries: failures, random: random() }), wait.signal).catch(() => undefined);
    leave();
  };
  const room = { requester, context: config.contextName, user: config.userName, signal, random, rest };
  const discover = cachedDiscovery(room, hub);
  return {
    context: config.contextName,
    get: (key, request) => getObject(room, key, request),
    list: (type, list = {}) => listObjects(room, type, list),
    pages: (type, list = {}) => listPages(room, type, list),
    create: (type, object, request = {}) =>
      (request.typeIsNew === true ? createEarly : createObject)(room, type, { object, options: request }),
    update: (type, object, request) => replaceObject(room, type, { object, options: request }),
    updateStatus: (type, object, request) =>
      replaceObject(room, type, { object, subresource: "status", options: request }),
    patch: (key, patch, request) => patchObject(room, key, { patch, options: request }),
    delete: (key, request = {}) => deleteObject(room, key, request),
    watch: (type, watch = {}) => watchObjects(room, type, watch),
    discover,
    read: (path, request) => readPath(room, path, request),
    open: async () => {
      try {
        const certificate = endpoint.secure ? await options.authenticator.clientCertificate(signal) : undefined;
        await transport.open(certificate, signal);
      } catch {
        // The first request runs into the same, and says so.
      }
    },
    close: () => {
      transport.close();
    },
  };
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal === undefined ? {} : { signal });
}
