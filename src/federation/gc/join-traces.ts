import type { ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject, ServiceAccount } from "../../kube/objects.ts";
import { nameOf } from "../describe.ts";
import { mountAnnotation, tokenOwnerAnnotation } from "../join/member-objects.ts";
import { hostAnnotation } from "../join/options.ts";
import { roleBindingType, roleType, secretType, serviceAccountType } from "../kubefed-types.ts";
import { rbacPrefix } from "../unjoin/join-names.ts";
import type { Found } from "../unjoin/workloads.ts";
import type { GcMember } from "./member-facts.ts";

/** All that a cluster holds of one join: what goes by the name of its service account. */
export interface JoinTraces {
  readonly serviceAccount: string;
  readonly objects: readonly Found[];
}

/** What the cluster holds of joins of a control plane of that namespace, by service account. Pure. */
export function joinTraces(member: GcMember, kubefedNamespace: string): readonly JoinTraces[] {
  const named: Named[] = [...member.bindings, ...member.roles].flatMap(({ type, object }) => {
    const account = accountOfRole(type, object, kubefedNamespace);
    return account === undefined ? [] : [{ account, found: { type, object } }];
  });
  const known = new Set(named.map(({ account }) => account));
  const accounts = member.accounts
    .filter((object) => isOfJoin(object) || known.has(nameOf(object)))
    .map((object): Named => ({ account: nameOf(object), found: { type: serviceAccountType, object } }));
  const all = new Set([...known, ...accounts.map(({ account }) => account)]);
  const tokens = member.tokens
    .filter((object) => isNamedAsOwner(object) && (markOf(object) !== undefined || all.has(nameOf(object))))
    .map((object): Named => ({ account: nameOf(object), found: { type: secretType, object } }));
  return groupByAccount([...named, ...accounts, ...tokens]);
}

interface Named {
  /** Name of the service account. */
  readonly account: string;
  readonly found: Found;
}

function groupByAccount(all: readonly Named[]): readonly JoinTraces[] {
  const names = [...new Set(all.map(({ account }) => account))].sort();
  return names.map((serviceAccount) => ({
    serviceAccount,
    objects: all.filter(({ account }) => account === serviceAccount).map(({ found }) => found),
  }));
}

function isNamedAsOwner(secret: KubeObject): boolean {
  return secret.metadata?.annotations?.[tokenOwnerAnnotation] === nameOf(secret);
}

/** The mark of fedctl: UID of the KubeFedConfig whose join made it. */
export function markOf({ metadata }: KubeObject): string | undefined {
  return metadata?.annotations?.[hostAnnotation];
}

/** Both tools make service accounts so that they can be told from others: no Pod may use them. */
function isOfJoin(account: ServiceAccount): boolean {
  const isUnusable =
    account.metadata?.annotations?.[mountAnnotation] === "true" && account.automountServiceAccountToken === false;
  return isUnusable || markOf(account) !== undefined;
}

const health = /^(.+):healthcheck-(.+)$/;

/** Roles in a namespace are of the control plane of that name; cluster-wide ones may be of any, if their name has none. */
function accountOfRole(type: ResourceType, object: KubeObject, kubefedNamespace: string): string | undefined {
  const name = nameOf(object);
  if (!name.startsWith(rbacPrefix)) return undefined;
  const isNamespaced = type.kind === roleType.kind || type.kind === roleBindingType.kind;
  if (isNamespaced && object.metadata?.namespace !== kubefedNamespace) return undefined;
  const rest = name.slice(rbacPrefix.length);
  const [, namespace, account] = health.exec(rest) ?? [];
  if (account === undefined) return rest;
  return namespace === kubefedNamespace ? account : undefined;
}
