import { failureOf } from "../errors.ts";
import type { ListOptions, ObjectKey, ObjectList, RequestOptions, ResourceType } from "../kube-api.ts";
import type { KubeObject } from "../objects.ts";
import type { Call, Reply } from "./call.ts";
import { collectionPath, objectPath, queryOf } from "./paths.ts";
import { attemptOn, attemptOnPath, decode, withKind, type Room } from "./room.ts";

const defaultPageSize = 500;

/** Sends a read; it has an answer or throws. */
export async function sendRead(room: Room, call: Omit<Call, "method">): Promise<Reply> {
  const reply = await room.requester.send({ ...call, method: "GET" });
  // Only writes come back as lost.
  if (reply.kind === "lost") throw reply.failure;
  return reply;
}

/** One object, or undefined when the server has none of that name. */
export async function getObject<T extends KubeObject>(
  room: Room,
  key: ObjectKey,
  options: RequestOptions | undefined,
): Promise<T | undefined> {
  const attempt = attemptOn(room, "get", key);
  const reply = await sendRead(room, { path: objectPath(key), attempt, options });
  if (reply.status === 404) return undefined;
  return withKind(key.type, decode(reply, attempt) as T); // The caller names what it asked for.
}

interface Page<T> {
  readonly items?: readonly T[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

interface PageRequest {
  readonly room: Room;
  readonly type: ResourceType;
  readonly options: ListOptions;
  /** Undefined: all in one piece. */
  readonly limit: number | undefined;
}

/** All objects of a type. A list that the server forgot half-way is read again in one piece, as client-go does. */
export async function listObjects<T extends KubeObject>(
  room: Room,
  type: ResourceType,
  options: ListOptions,
): Promise<ObjectList<T>> {
  const limit = options.pageSize ?? defaultPageSize;
  try {
    return await readPages<T>({ room, type, options, limit });
  } catch (error) {
    if (failureOf(error)?.status !== 410) throw error;
    return await readPages<T>({ room, type, options, limit: undefined });
  }
}

async function readPages<T extends KubeObject>({ room, type, options, limit }: PageRequest): Promise<ObjectList<T>> {
  const { namespace, labelSelector, fieldSelector } = options;
  const attempt = attemptOn(room, "list", { type, namespace });
  const items: T[] = [];
  let page: Page<T>;
  let next: string | undefined;
  do {
    const query = queryOf({ labelSelector, fieldSelector, limit, continue: next });
    const path = `${collectionPath(type, namespace)}${query}`;
    page = decode(await sendRead(room, { path, attempt, options }), attempt) as Page<T>; // The caller names what it asked for.
    for (const item of page.items ?? []) items.push(withKind(type, item));
    next = page.metadata?.continue === "" ? undefined : page.metadata?.continue;
  } while (next !== undefined && options.firstPageOnly !== true);
  return { items, resourceVersion: page.metadata?.resourceVersion ?? "", remaining: next !== undefined };
}

/** GET of a path that is no object; text stays text. Undefined on 404. */
export async function readPath(room: Room, path: string, options: RequestOptions | undefined): Promise<unknown> {
  const attempt = attemptOnPath(room, path.replace(/\?.*$/, ""));
  const reply = await sendRead(room, { path, attempt, options });
  if (reply.status === 404) return undefined;
  if (reply.status < 300 && !reply.contentType.includes("json")) return reply.text;
  return decode(reply, attempt);
}
