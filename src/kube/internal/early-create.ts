import { hasCode } from "../../errors.ts";
import { printExactJson } from "../../exact-json.ts";
import type { RequestOptions, ResourceType } from "../kube-api.ts";
import type { KubeObject } from "../objects.ts";
import { objectPath } from "./paths.ts";
import { attemptOn, decode, type Room, withKind } from "./room.ts";
import { createObject, performWrite } from "./writes.ts";

interface Creation<T> {
  readonly object: T;
  readonly options: RequestOptions | undefined;
}

/**
 * Creates an object whose type was established moments ago. A server holds each POST to such a type until two seconds have passed
 * (apiextensions-apiserver, for the sake of other servers that may not know the type yet); it does not hold server-side apply. What
 * apply is refused for is left to a POST, whose answer is the one to tell of.
 * @throws FedctlError as createObject
 */
export async function createEarly<T extends KubeObject>(
  room: Room,
  type: ResourceType,
  creation: Creation<T>,
): Promise<T> {
  const { name = "" } = creation.object.metadata ?? {};
  if (name === "") return await createObject(room, type, creation);
  try {
    return await applyObject(room, type, creation);
  } catch (error) {
    // Who may create need not be allowed to patch.
    if (!hasCode(error, "ServerForbidden", "ServerConflict", "ServerInvalid", "ServerError")) throw error;
    return await createObject(room, type, creation);
  }
}

async function applyObject<T extends KubeObject>(
  room: Room,
  type: ResourceType,
  { object, options }: Creation<T>,
): Promise<T> {
  const { namespace, name = "" } = object.metadata ?? {};
  const key = { type, namespace, name };
  const attempt = attemptOn(room, "create", key);
  return await performWrite<T>(room, {
    call: {
      method: "PATCH",
      path: `${objectPath(key)}?fieldManager=fedctl`,
      body: yamlSafe(printExactJson(withKind(type, object))),
      contentType: "application/apply-patch+yaml",
      attempt,
      options,
    },
    read: (reply) => withKind(type, decode(reply, attempt) as T), // The server gives back what it was given.
    // Applied twice it is as applied once.
    check: () => Promise.resolve({ kind: "repeat" }),
  });
}

/** JSON is YAML but for characters that YAML takes as escapes only (YAML 1.2.2, section 5.1). */
function yamlSafe(json: string): string {
  return json.replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
