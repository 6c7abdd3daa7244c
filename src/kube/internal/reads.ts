import { failureOf } from "../errors.ts";
import type { ListOptions, ObjectKey, ObjectList, ObjectPage, RequestOptions, ResourceType } from "../kube-api.ts";
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

/** Aggregated API servers may know objects as a whole only. */
const metadataAccept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

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
  const items: T[] = [];
  let page: Page<T>;
  let next: string | undefined;
  do {
    ({ page } = await readPage<T>({ room, type, options, limit }, next));
    for (const item of page.items ?? []) items.push(withKind(type, item));
    next = continuationOf(page);
  } while (next !== undefined && options.firstPageOnly !== true);
  return { items, resourceVersion: page.metadata?.resourceVersion ?? "", remaining: next !== undefined };
}

// A first look, to see how large the objects are; after it, pages of about so much text.
const firstLimit = 100;
const largestLimit = 2_000;
const pageText = 1_000_000;
const maxRestarts = 5;

/**
 * The pages of a list, each read when it is asked for, of a size that keeps memory small whatever the objects are. A list
 * that the server forgot while the caller was busy is begun again: objects may come twice.
 */
export async function* listPages<T extends KubeObject>(
  room: Room,
  type: ResourceType,
  options: ListOptions,
): AsyncGenerator<ObjectPage<T>> {
  let limit = options.pageSize ?? firstLimit;
  let next: string | undefined;
  let restarts = 0;
  do {
    const read = await readPage<T>({ room, type, options, limit }, next).catch((error: unknown) => {
      if (failureOf(error)?.status !== 410 || next === undefined || restarts >= maxRestarts) throw error;
      restarts += 1;
      next = undefined;
      return readPage<T>({ room, type, options, limit }, next);
    });
    const items = (read.page.items ?? []).map((item) => withKind(type, item));
    limit = nextLimit(limit, items.length, read.characters);
    next = continuationOf(read.page);
    yield { items, characters: read.characters, resourceVersion: read.page.metadata?.resourceVersion ?? "" };
  } while (next !== undefined);
}

/** Undefined behind the last page. */
function continuationOf({ metadata }: Page<unknown>): string | undefined {
  return metadata?.continue === "" ? undefined : metadata?.continue;
}

function nextLimit(limit: number, items: number, characters: number): number {
  if (items === 0) return limit;
  return Math.min(largestLimit, Math.max(1, Math.floor((pageText * items) / characters)));
}

async function readPage<T extends KubeObject>(
  { room, type, options, limit }: PageRequest,
  next: string | undefined,
): Promise<{ page: Page<T>; characters: number }> {
  const { namespace, labelSelector, fieldSelector } = options;
  const attempt = attemptOn(room, "list", { type, namespace });
  const query = queryOf({ labelSelector, fieldSelector, limit, continue: next });
  const path = `${collectionPath(type, namespace)}${query}`;
  const accept = options.metadataOnly === true ? { accept: metadataAccept } : {};
  const reply = await sendRead(room, { path, attempt, options, ...accept });
  const page = decode(reply, attempt) as Page<T>; // The caller names what it asked for.
  return { page: options.metadataOnly === true ? bare(page) : page, characters: reply.text.length };
}

/** Metadata without its history, which is longer than the rest. */
function bare<T extends KubeObject>(page: Page<T>): Page<T> {
  const items = (page.items ?? []).map(({ metadata }) => {
    if (metadata !== undefined) delete metadata.managedFields;
    return { metadata } as T; // Who asks for the metadata names no more than that.
  });
  return { ...page, items };
}

/** GET of a path that is no object; text stays text. Undefined on 404. */
export async function readPath(room: Room, path: string, options: RequestOptions | undefined): Promise<unknown> {
  const attempt = attemptOnPath(room, path.replace(/\?.*$/, ""));
  const reply = await sendRead(room, { path, attempt, options });
  if (reply.status === 404) return undefined;
  if (reply.status < 300 && !reply.contentType.includes("json")) return reply.text;
  return decode(reply, attempt);
}
