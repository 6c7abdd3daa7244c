import { FedctlError } from "../errors.ts";
import { aggregatedAccept, isAggregated, readAggregated } from "./internal/aggregated-discovery.ts";
import type { Reply } from "./internal/call.ts";
import { readCoreVersions, readGroupVersions, readResourceList } from "./internal/legacy-discovery.ts";
import { sendRead } from "./internal/reads.ts";
import { attemptOnPath, decode, type Room } from "./internal/room.ts";
import type { ApiResource, Discovery, RequestOptions } from "./kube-api.ts";

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
