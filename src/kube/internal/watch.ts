import { StringDecoder } from "node:string_decoder";
import { interruptedError, serverError, type Attempt } from "../errors.ts";
import type { ResourceType, WatchEvent, WatchOptions } from "../kube-api.ts";
import type { KubeObject, Status } from "../objects.ts";
import { collectionPath, queryOf } from "./paths.ts";
import type { StreamReply } from "./requester.ts";
import { attemptOn, parseJson, type Room } from "./room.ts";

interface RawEvent {
  readonly type: string;
  readonly object: unknown;
}

// The server ends a watch after this long; a random part keeps many watches from coming back together.
const shortestWatchSeconds = 300;

/**
 * The events of a watch, as they come. Ends when the server closes it, when the connection breaks (a later watch may
 * resume from the last version seen) and when the caller's signal fires.
 * @throws FedctlError Server*; ServerError with a ServerFailure of status 410 when that version is too old
 */
export async function* watchObjects<T extends KubeObject>(
  room: Room & { readonly signal: AbortSignal; readonly random: () => number },
  type: ResourceType,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const { namespace, name, signal } = options;
  const attempt = attemptOn(room, "watch", { type, namespace, name });
  // The watch may last `timeoutMs`; the wait for its beginning is the connection's to bound.
  const call = { method: "GET", path: watchPath(room, type, options), attempt, options: { signal } } as const;
  const reply = await open(room, call, signal);
  if (reply === undefined) return;
  try {
    for await (const line of readLines(reply)) {
      const event = readEvent<T>(line, attempt);
      // What came before the signal may still be in a buffer.
      if (signal?.aborted === true) return;
      if (event !== undefined) yield event;
    }
  } finally {
    reply.lifetime.end();
    reply.answer.body.destroy();
  }
  if (room.signal.aborted) throw interruptedError(attempt, false);
}

function watchPath(room: { readonly random: () => number }, type: ResourceType, options: WatchOptions): string {
  const { namespace, name, labelSelector, resourceVersion, timeoutMs } = options;
  const seconds = timeoutMs === undefined ? shortestWatchSeconds * (1 + room.random()) : timeoutMs / 1000;
  const query = queryOf({
    watch: true,
    allowWatchBookmarks: true,
    fieldSelector: name === undefined ? undefined : `metadata.name=${name}`,
    labelSelector,
    resourceVersion,
    timeoutSeconds: Math.ceil(seconds),
  });
  return `${collectionPath(type, namespace)}${query}`;
}

type OpenCall = Parameters<Room["requester"]["open"]>[0];

async function open(
  room: Room & { readonly signal: AbortSignal },
  call: OpenCall,
  own: AbortSignal | undefined,
): Promise<StreamReply | undefined> {
  try {
    return await room.requester.open(call);
  } catch (error) {
    if (own?.aborted === true && !room.signal.aborted) return undefined;
    throw error;
  }
}

/** Lines of the stream, until it ends in whatever way. */
async function* readLines({ answer }: StreamReply): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      const lines = (rest + decoder.write(chunk)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines.filter((line) => line !== "");
    }
  } catch {
    // A broken connection ends a watch as a closed one does; what was cut off comes again with the next.
  }
}

function readEvent<T>(line: string, attempt: Attempt): WatchEvent<T> | undefined {
  const { type, object } = parseJson(line, attempt) as RawEvent; // Looked at below.
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type, object: object as T }; // The caller names what it watches.
    case "BOOKMARK":
      return { type, object: object as { metadata: { resourceVersion: string } } }; // A bookmark has nothing else.
    case "ERROR": {
      const { code = 500, reason = "", message = "the server ended the watch", details } = object as Status;
      throw serverError(attempt, { status: code, reason, message, details });
    }
    default:
      return undefined;
  }
}
