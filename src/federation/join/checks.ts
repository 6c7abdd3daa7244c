import { ExitCode, FedctlError } from "../../errors.ts";
import type { ResourceType } from "../../kube/kube-api.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { objectLabel } from "../describe.ts";
import { sameJson } from "../json-data.ts";
import { secretType, serviceAccountType } from "../kubefed-types.ts";
import { serviceAccountName } from "../names.ts";
import { identityOf } from "../step.ts";
import { suggestCommand } from "../suggest.ts";
import type { GrantFact, JoinFacts } from "./facts.ts";
import { notedNames } from "./member-names.ts";
import { tokenOwnerAnnotation, tokenSecretType, withoutApiGroup } from "./member-objects.ts";
import { isMadeByFedctl, isOfOtherHost } from "./ownership.ts";
import type { JoinRequest } from "./plan.ts";

/** Refuses what cannot or must not be joined, before anything is written. @throws FedctlError that says which and why */
export function checkJoin(facts: JoinFacts, request: JoinRequest): void {
  refuseJoined(facts, request);
  refuseOtherName(facts, request);
  refuseOtherSecret(facts, request);
  refuseTerminating(facts, request);
  refuseForeign(facts, request);
}

function refuseJoined({ registration }: JoinFacts, { options, hostContext }: JoinRequest): void {
  const { clusterName, errorOnExisting } = options;
  if (!errorOnExisting || registration === undefined) return;
  throw new FedctlError(
    "ClusterAlreadyJoined",
    `cluster "${clusterName}" is joined to host cluster "${hostContext}" already`,
    {
      hint: `see it with "${suggestCommand("get clusters", { ...options, hostClusterContext: hostContext })}"; bring it up to date with --error-on-existing=false`,
      exitCode: ExitCode.Conflict,
    },
  );
}

/** Another service account would leave the first one behind, with its token and all its rights. */
function refuseOtherName({ registration, names }: JoinFacts, { options }: JoinRequest): void {
  const { clusterName, hostClusterName, kubefedNamespace } = options;
  if (hostClusterName === undefined || notedNames(registration, kubefedNamespace) === undefined) return;
  if (serviceAccountName(clusterName, hostClusterName) === names.serviceAccount) return;
  throw new FedctlError(
    "ObjectConflict",
    `cluster "${clusterName}" is joined with service account "${names.serviceAccount}", not with one for --host-cluster-name ${hostClusterName}`,
    {
      hint: `leave --host-cluster-name out, or first run: ${suggestCommand(`unjoin ${clusterName}`, options)}`,
      exitCode: ExitCode.Conflict,
    },
  );
}

function refuseOtherSecret(facts: JoinFacts, { options, hostContext }: JoinRequest): void {
  const { credential, secretName, secretUser } = facts;
  const place = `namespace "${options.kubefedNamespace}" of host cluster "${hostContext}"`;
  if (secretUser !== undefined) {
    throw new FedctlError(
      "ObjectConflict",
      `secret "${secretName}" in ${place} is the credential of cluster "${secretUser}"`,
      { hint: "choose another --secret-name", exitCode: ExitCode.Conflict },
    );
  }
  if (!options.errorOnExisting || credential === undefined || isMadeByFedctl(credential)) return;
  throw new FedctlError("ObjectConflict", `secret "${secretName}" exists already in ${place}`, {
    hint: "choose another --secret-name, or write into this one with --error-on-existing=false",
    exitCode: ExitCode.Conflict,
  });
}

function refuseTerminating({ namespace }: JoinFacts, { options }: JoinRequest): void {
  if (namespace?.metadata?.deletionTimestamp === undefined) return;
  throw new FedctlError(
    "NamespaceTerminating",
    `namespace "${namespace.metadata.name ?? ""}" of cluster "${options.clusterName}" is being deleted`,
    {
      hint: "wait until it is gone and run the same command again",
      exitCode: ExitCode.Conflict,
    },
  );
}

/** What is there under our names must have come from a join to this host: nothing of anybody else is taken over or widened. */
function refuseForeign(facts: JoinFacts, request: JoinRequest): void {
  refuseOtherToken(facts, request);
  const live = liveObjects(facts);
  const isNoted = notedNames(facts.registration, facts.names.namespace) !== undefined;
  const ofOther = live.find(({ object }) => !isNoted && isOfOtherHost(object, facts.hostId));
  if (ofOther !== undefined) {
    throw conflict(request, {
      what: `${labelOf(ofOther)} belongs to another host cluster`,
      hint: "join under another name, or give this host another --host-cluster-name",
    });
  }
  if (!request.options.errorOnExisting) return;
  const unknown = live.find(({ object }) => !isMadeByFedctl(object));
  if (unknown !== undefined) throw conflict(request, { what: `${labelOf(unknown)} exists already`, hint: takeOver });
  const changed = facts.grants.find(hasOtherContent);
  if (changed === undefined) return;
  const { roleType: type, role: object } = changed.wanted;
  throw conflict(request, { what: `${labelOf({ type, object })} or its binding has another content`, hint: takeOver });
}

const takeOver = "remove it, or bring it up to date with --error-on-existing=false";

interface Live {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

/** What is there under our names, but for the namespace, which may be anybody's. */
function liveObjects({ serviceAccount, tokenSecret, grants }: JoinFacts): readonly Live[] {
  const all: readonly (readonly [ResourceType, KubeObject | undefined])[] = [
    [serviceAccountType, serviceAccount],
    [secretType, tokenSecret],
    ...grants.flatMap(({ wanted, role, binding }) => [
      [wanted.roleType, role] as const,
      [wanted.bindingType, binding] as const,
    ]),
  ];
  return all.flatMap(([type, object]) => (object === undefined ? [] : [{ type, object }]));
}

function labelOf(live: Live): string {
  const identity = identityOf(live);
  return `${objectLabel(identity)}${identity.namespace === undefined ? "" : ` of namespace "${identity.namespace}"`}`;
}

function refuseOtherToken({ tokenSecret, names }: JoinFacts, request: JoinRequest): void {
  if (tokenSecret === undefined) return;
  const owner = tokenSecret.metadata?.annotations?.[tokenOwnerAnnotation];
  if (tokenSecret.type === tokenSecretType && owner === names.serviceAccount) return;
  throw conflict(request, {
    what: `Secret "${names.serviceAccount}" of namespace "${names.namespace}" is no token of its service account`,
    hint: "remove it, or join under another name",
  });
}

function conflict(
  { options }: JoinRequest,
  { what, hint }: { readonly what: string; readonly hint: string },
): FedctlError {
  return new FedctlError("ObjectConflict", `${what} in cluster "${options.clusterName}"`, {
    exitCode: ExitCode.Conflict,
    hint,
  });
}

function hasOtherContent({ wanted, role, binding }: GrantFact): boolean {
  if (role !== undefined && !sameJson(role.rules, wanted.role.rules)) return true;
  if (binding === undefined) return false;
  return (
    !sameJson(binding.roleRef, wanted.binding.roleRef) ||
    !sameJson(withoutApiGroup(binding.subjects), wanted.binding.subjects)
  );
}
