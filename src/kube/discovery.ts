import { FedctlError } from "../errors.ts";
import { type Attempt, interruptedError } from "./errors.ts";
import { aggregatedAccept, isAggregated, readAggregated } from "./internal/aggregated-discovery.ts";
import type { Reply } from "./internal/call.ts";
import { readCoreVersions, readGroupVersions, readResourceList } from "./internal/legacy-discovery.ts";
import { sendRead } from "./internal/reads.ts";
import { attemptOnPath, decode, type Room } from "./internal/room.ts";
import type { SignalHub } from "./internal/signal-hub.ts";
import type { ApiResource, Discovery, KubeApi, RequestOptions } from "./kube-api.ts";

/** One read for all who ask, kept for later; a failed one is not kept. */
export function cachedDiscovery(room: Room, hub: SignalHub): KubeApi["discover"] {
  let cached: Promise<Discovery> | undefined;
  return async ({ fresh = false, signal, timeoutMs } = {}) => {
    if (fresh) cached = undefined;
    // Not with the caller's signal: others wait for it too.
    const reading = (cached ??= discoverApi(room, { timeoutMs }));
    reading.catch(() => {
      if (cached === reading) cached = undefined;
    });
    return await unlessAborted(reading, hub, { signal, attempt: attemptOnPath(room, "/apis") });
  };
}

interface Wait {
  readonly signal: AbortSignal | undefined;
  readonly attempt: Attempt;
}

/** Waits for something shared. @throws FedctlError Interrupted when the caller's own signal fires first */
function unlessAborted<T>(shared: Promise<T>, hub: SignalHub, { signal, attempt }: Wait): Promise<T> {
  if (signal === undefined) return shared;
  return new Promise((resolve, reject) => {
    const leave = hub.subscribe(signal, () => {
      reject(interruptedError(attempt, false));
    });
    shared.then(resolve, reject).finally(leave);
  });
}

/**
 * Everything a server serves: two requests, or one for each group version where the server is older than 1.26.
 * A group that does not answer is a failure of that group alone.
 * @throws FedctlError when the server's root itself cannot be read
 */
export async function discoverApi(room: Room, options: RequestOptions): Promise<Discovery> {
  const [core, groups] = await Promise.all([discoverRoot(room, "/api", options), discoverRoot(room, "/apis", options)]);
  return {
    resources: [...core.resources, ...groups.resources],
    failures: [...core.failures, ...groups.failures],
  };
}

async function discoverRoot(room: Room, root: "/api" | "/apis", options: RequestOptions): Promise<Discovery> {
  const attempt = attemptOnPath(room, root);
  const reply = await sendRead(room, { path: root, attempt, accept: aggregatedAccept, options });
  if (reply.status === 404) return { resources: [], failures: [] };
  const body = decode(reply, attempt);
  if (isAggregated(reply.contentType)) return readAggregated(body);
  const groupVersions = root === "/api" ? readCoreVersions(body) : readGroupVersions(body);
  const parts = await Promise.all(groupVersions.map((each) => discoverVersion(room, `${root}/${each}`, options)));
  return {
    resources: parts.flatMap((part) => part.resources),
    failures: parts.flatMap((part) => part.failures),
  };
}

/** One group version, the old way. An aggregated API whose server is down answers 503 here. */
async function discoverVersion(room: Room, path: string, options: RequestOptions): Promise<Discovery> {
  const groupVersion = path.replace(/^\/apis?\//, "");
  const attempt = attemptOnPath(room, path);
  let reply: Reply;
  let resources: readonly ApiResource[];
  try {
    reply = await sendRead(room, { path, attempt, options, takesServerErrors: true });
    resources = readResourceList(groupVersion, decode(reply, attempt));
  } catch (error) {
    if (!(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    return { resources: [], failures: [{ groupVersion, message: error.message }] };
  }
  return { resources, failures: [] };
}
