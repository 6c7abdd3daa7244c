import { hasCode } from "../../errors.ts";
import { printExactJson } from "../../exact-json.ts";
import { outcomeUnknownError, serverError, type Attempt } from "../errors.ts";
import type {
  DeleteOptions,
  DeleteOutcome,
  ObjectKey,
  Patch,
  RequestOptions,
  ResourceType,
  UpdateOptions,
} from "../kube-api.ts";
import type { KubeObject } from "../objects.ts";
import type { Call, Reply } from "./call.ts";
import { contains, ownWords } from "./contains.ts";
import { collectionPath, objectPath, requireNamespace } from "./paths.ts";
import { getObject } from "./reads.ts";
import { attemptOn, decode, withKind, type Room } from "./room.ts";
import type { WireFailure } from "./wire.ts";

/** What a look at the server says of a write that may have been done. */
type Finding<T> = { readonly kind: "done"; readonly result: T } | { readonly kind: "repeat" };

interface Write<T> {
  readonly call: Call;
  read(reply: Reply): T;
  /** Looks whether the write was done. @throws FedctlError when somebody else's was, or when that cannot be told */
  check(failure: WireFailure | undefined): Promise<Finding<T>>;
}

// As many as a read is tried: the connection may break for what others sent.
const maxLosses = 10;

/** Sends a write; one that was lost half-way is looked for before it is sent again. */
export async function performWrite<T>(room: Room, write: Write<T>): Promise<T> {
  let maybeDone = false;
  for (let losses = 0; ;) {
    const reply = await room.requester.send(write.call);
    if (reply.kind === "reply") {
      // A conflict may be with our own earlier try.
      if (reply.status !== 409 || !(maybeDone || reply.mayBeSecond)) return write.read(reply);
      const finding = await lookFor(write, undefined);
      return finding.kind === "done" ? finding.result : write.read(reply);
    }
    losses += 1;
    const finding = await lookFor(write, reply.failure);
    if (finding.kind === "done") return finding.result;
    if (losses >= maxLosses) throw outcomeUnknownError(write.call.attempt, reply.failure);
    maybeDone = true;
    await room.rest(losses);
  }
}

/** A look that fails leaves the write in doubt: that is the news, not what became of the look. */
async function lookFor<T>(write: Write<T>, failure: WireFailure | undefined): Promise<Finding<T>> {
  try {
    return await write.check(failure);
  } catch (error) {
    if (!hasCode(error, "ServerUnreachable", "ServerTimedOut", "ServerTLSFailure")) throw error;
    throw outcomeUnknownError(write.call.attempt, failure);
  }
}

/** POST. @throws FedctlError ServerAlreadyExists and the rest of Server* */
export async function createObject<T extends KubeObject>(
  room: Room,
  type: ResourceType,
  { object, options }: { object: T; options: RequestOptions | undefined },
): Promise<T> {
  const { namespace, name } = object.metadata ?? {};
  requireNamespace(type, namespace);
  const attempt = attemptOn(room, "create", { type, namespace, name });
  const sent = withKind(type, object);
  const hasName = name !== undefined && name !== "";
  return await performWrite<T>(room, {
    call: {
      method: "POST",
      path: collectionPath(type, namespace),
      body: printExactJson(sent),
      attempt,
      options,
      takesServerErrors: !hasName,
    },
    read: (reply) => withKind(type, decode(reply, attempt) as T), // The server gives back what it was given.
    async check(failure) {
      if (!hasName) throw outcomeUnknownError(attempt, failure);
      const live = await getObject<T>(room, { type, namespace, name }, options);
      if (live === undefined) return { kind: "repeat" };
      if (contains(live, ownWords(sent))) return { kind: "done", result: live };
      throw serverError(attempt, {
        status: 409,
        reason: "AlreadyExists",
        message: `${type.plural} "${name}" already exists`,
        details: undefined,
      });
    },
  });
}

export interface Replacement<T> {
  readonly object: T;
  readonly subresource?: "status";
  readonly options: UpdateOptions | undefined;
}

/** PUT of an object or of its status. @throws FedctlError ServerConflict and the rest of Server* */
export async function replaceObject<T extends KubeObject>(
  room: Room,
  type: ResourceType,
  { object, subresource, options }: Replacement<T>,
): Promise<T> {
  const { namespace, name = "", resourceVersion } = object.metadata ?? {};
  const key = { type, namespace, name };
  const attempt = attemptOn(room, subresource === undefined ? "update" : "update the status of", key);
  const sent = withKind(type, object);
  const dryRun = options?.dryRun === true ? "?dryRun=All" : "";
  const wanted = subresource === undefined ? ownWords(sent) : { status: (sent as { status?: unknown }).status };
  return await performWrite<T>(room, {
    call: {
      method: "PUT",
      path: `${objectPath(key)}${subresource === undefined ? "" : `/${subresource}`}${dryRun}`,
      body: printExactJson(sent),
      attempt,
      options,
    },
    read: (reply) => withKind(type, decode(reply, attempt) as T), // The server gives back what it was given.
    check: async () => await checkVersioned<T>(room, { key, attempt, options, wanted, resourceVersion }),
  });
}

interface VersionedCheck {
  readonly key: ObjectKey;
  readonly attempt: Attempt;
  readonly options: RequestOptions | undefined;
  readonly wanted: unknown;
  readonly resourceVersion: string | undefined;
}

/** Was a write done that names the version it replaces? One that names none can simply be done again. */
async function checkVersioned<T extends KubeObject>(room: Room, check: VersionedCheck): Promise<Finding<T>> {
  const { key, attempt, options, wanted, resourceVersion } = check;
  if (resourceVersion === undefined) return { kind: "repeat" };
  const live = await getObject<T>(room, key, options);
  if (live === undefined || live.metadata?.resourceVersion === resourceVersion) return { kind: "repeat" };
  if (contains(live, wanted)) return { kind: "done", result: live };
  throw serverError(attempt, {
    status: 409,
    reason: "Conflict",
    message: "the object has been modified since it was read",
    details: undefined,
  });
}

/** PATCH. @throws FedctlError Server*; WriteOutcomeUnknown for a JSON patch that was lost half-way */
export async function patchObject<T extends KubeObject>(
  room: Room,
  key: ObjectKey,
  { patch, options }: { patch: Patch; options: RequestOptions | undefined },
): Promise<T> {
  const attempt = attemptOn(room, "patch", key);
  return await performWrite<T>(room, {
    call: {
      method: "PATCH",
      path: objectPath(key),
      body: printExactJson(patch.body),
      contentType: `application/${patch.type === "json" ? "json-patch" : "merge-patch"}+json`,
      attempt,
      options,
      takesServerErrors: patch.type === "json",
    },
    read: (reply) => withKind(key.type, decode(reply, attempt) as T), // The caller names what it asked for.
    async check(failure) {
      // "add" to a list, done twice, adds twice.
      if (patch.type === "json") throw outcomeUnknownError(attempt, failure);
      const { metadata, ...rest } = patch.body as { metadata?: Record<string, unknown> };
      const { resourceVersion, ...meta } = metadata ?? {};
      const version = typeof resourceVersion === "string" ? resourceVersion : undefined;
      const wanted = { ...rest, metadata: meta };
      return await checkVersioned<T>(room, { key, attempt, options, wanted, resourceVersion: version });
    },
  });
}

/** DELETE. What is not there is no error. @throws FedctlError Server* */
export async function deleteObject(room: Room, key: ObjectKey, options: DeleteOptions): Promise<DeleteOutcome> {
  const { uid, resourceVersion, propagationPolicy, gracePeriodSeconds } = options;
  const attempt = attemptOn(room, "delete", key);
  let maybeDone = false;
  const preconditions = uid === undefined && resourceVersion === undefined ? undefined : { uid, resourceVersion };
  return await performWrite<DeleteOutcome>(room, {
    call: {
      method: "DELETE",
      path: objectPath(key),
      body: JSON.stringify({
        kind: "DeleteOptions",
        apiVersion: "v1",
        propagationPolicy,
        gracePeriodSeconds,
        preconditions,
      }),
      attempt,
      options,
    },
    read(reply) {
      if (reply.status === 404) return maybeDone || reply.mayBeSecond ? "deleted" : "absent";
      const left = decode(reply, attempt) as KubeObject; // Looked at field by field.
      return left.kind !== "Status" && left.metadata?.deletionTimestamp !== undefined ? "deleting" : "deleted";
    },
    check: () => {
      maybeDone = true;
      return Promise.resolve({ kind: "repeat" });
    },
  });
}
