import { FedctlError } from "../../errors.ts";
import { parseExactJson } from "../../exact-json.ts";
import { attemptWords, readServerFailure, serverError, type Attempt } from "../errors.ts";
import type { ObjectKey, ResourceType } from "../kube-api.ts";
import type { Reply } from "./call.ts";
import type { Requester } from "./requester.ts";

/** What every verb works with. */
export interface Room {
  readonly requester: Requester;
  readonly context: string;
  readonly user: string;
  /** Waits before what failed so many times is tried again; not when the connection's signal fires. */
  rest(failures: number): Promise<void>;
}

type Target = Pick<ObjectKey, "type" | "namespace"> & { readonly name?: string | undefined };

/** An attempt on a resource: `create secrets "a" in namespace "x"`. */
export function attemptOn(room: Room, verb: string, { type, namespace, name }: Target): Attempt {
  const object = name === undefined || name === "" ? "" : ` "${name}"`;
  const scope = namespace === undefined ? "" : ` in namespace "${namespace}"`;
  const what = `${resourceName(type)}${object}${scope}`;
  const flags = namespace === undefined ? "" : ` -n ${namespace}`;
  const kubectlTarget = `${resourceName(type)}${name === undefined || name === "" ? "" : ` ${name}`}${flags}`;
  return { verb, what, context: room.context, user: room.user, namespace, kubectlTarget };
}

/** An attempt on something that is no resource. */
export function attemptOnPath(room: Room, what: string): Attempt {
  return { verb: "read", what, context: room.context, user: room.user, namespace: undefined };
}

function resourceName({ plural, group }: ResourceType): string {
  return group === "" ? plural : `${plural}.${group}`;
}

/** The decoded body of a good answer. @throws FedctlError Server* for any other */
export function decode(reply: Reply, attempt: Attempt): unknown {
  if (reply.status < 200 || reply.status > 299) throw serverError(attempt, readServerFailure(reply.status, reply.text));
  return parseJson(reply.text, attempt);
}

/** @throws FedctlError ServerError for what is no JSON: no API server speaks there */
export function parseJson(text: string, attempt: Attempt): unknown {
  try {
    return parseExactJson(text);
  } catch {
    throw new FedctlError("ServerError", `cannot ${attemptWords(attempt)}: the answer is no JSON`, {
      hint: "check that the server in the kubeconfig is a Kubernetes API server: kubectl config view --minify",
    });
  }
}

/** Gives an object the apiVersion and kind that servers leave out of list items. */
export function withKind<T extends { apiVersion?: string; kind?: string }>(type: ResourceType, object: T): T {
  if (object.apiVersion !== undefined && object.kind !== undefined) return object;
  return { apiVersion: apiVersionOf(type), kind: type.kind, ...object };
}

function apiVersionOf({ group, version }: ResourceType): string {
  return group === "" ? version : `${group}/${version}`;
}
