import { ExitCode, FedctlError } from "../../errors.ts";
import { sameJson } from "../federate/records.ts";
import { managedByFedctl, managedByLabel } from "../kubefed-types.ts";
import type { GrantFact, JoinFacts } from "./facts.ts";
import { tokenOwnerAnnotation, tokenSecretType, withoutApiGroup } from "./member-objects.ts";
import { hostAnnotation } from "./options.ts";
import type { JoinRequest } from "./plan.ts";

/** Refuses what cannot or must not be joined, before anything is written. @throws FedctlError that says which and why */
export function checkJoin(facts: JoinFacts, request: JoinRequest): void {
  refuseUnsupported(request);
  refuseJoined(facts, request);
  refuseOtherSecret(facts, request);
  refuseTerminating(facts, request);
  refuseForeign(facts, request);
}

function refuseUnsupported({ config, options }: JoinRequest): void {
  if (config.tls.serverName === undefined) return;
  throw new FedctlError(
    "ClusterUnsupported",
    `cluster "${options.clusterName}" cannot be joined: context "${config.contextName}" sets tls-server-name, which a KubeFedCluster cannot hold`,
    {
      hint: "use a server address that its certificate names, and remove tls-server-name from the kubeconfig's cluster",
      exitCode: ExitCode.Conflict,
    },
  );
}

function refuseJoined({ registration }: JoinFacts, { options, hostContext }: JoinRequest): void {
  const { clusterName, errorOnExisting } = options;
  if (!errorOnExisting || registration === undefined) return;
  throw new FedctlError(
    "ClusterAlreadyJoined",
    `cluster "${clusterName}" is joined to host cluster "${hostContext}" already`,
    {
      hint: `see it with "fedctl get clusters --host-cluster-context ${hostContext}"; bring it up to date with --error-on-existing=false`,
      exitCode: ExitCode.Conflict,
    },
  );
}

function refuseOtherSecret({ credential }: JoinFacts, { options, hostContext }: JoinRequest): void {
  const { secretName, errorOnExisting } = options;
  if (!errorOnExisting || secretName === undefined || credential === undefined) return;
  if (credential.metadata?.labels?.[managedByLabel] === managedByFedctl) return;
  throw new FedctlError(
    "ObjectConflict",
    `secret "${secretName}" exists already in namespace "${options.kubefedNamespace}" of host cluster "${hostContext}"`,
    {
      hint: "choose another --secret-name, or write into this one with --error-on-existing=false",
      exitCode: ExitCode.Conflict,
    },
  );
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

/** What is there under our names must be ours, or at least look it: nothing of anybody else is taken over or widened. */
function refuseForeign(facts: JoinFacts, request: JoinRequest): void {
  refuseOtherHost(facts, request);
  refuseOtherToken(facts, request);
  const foreign = facts.grants.find((grant) => isForeign(grant, request.options.errorOnExisting));
  if (foreign === undefined) return;
  const { kind = "", metadata } = foreign.wanted.role;
  throw conflict(request, {
    what: `${kind} "${metadata?.name ?? ""}" or its binding has another content`,
    hint: "remove them, or bring them up to date with --error-on-existing=false",
  });
}

function refuseOtherHost({ serviceAccount, hostId }: JoinFacts, request: JoinRequest): void {
  const owner = serviceAccount?.metadata?.annotations?.[hostAnnotation];
  if (owner === undefined || owner === hostId) return;
  const { names } = request;
  throw conflict(request, {
    what: `service account "${names.serviceAccount}" of namespace "${names.namespace}" belongs to another host cluster`,
    hint: "join under another name, or give this host another --host-cluster-name",
  });
}

function refuseOtherToken({ tokenSecret }: JoinFacts, request: JoinRequest): void {
  if (tokenSecret === undefined) return;
  const { names } = request;
  const owner = tokenSecret.metadata?.annotations?.[tokenOwnerAnnotation];
  if (tokenSecret.type === tokenSecretType && owner === names.serviceAccount) return;
  throw conflict(request, {
    what: `secret "${names.serviceAccount}" of namespace "${names.namespace}" is no token of its service account`,
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

function isForeign({ wanted, role, binding }: GrantFact, errorOnExisting: boolean): boolean {
  if (binding !== undefined && !sameJson(binding.roleRef, wanted.binding.roleRef)) return true;
  if (!errorOnExisting) return false;
  const otherRole = role !== undefined && !sameJson(role.rules, wanted.role.rules);
  return otherRole || (binding !== undefined && !sameJson(withoutApiGroup(binding.subjects), wanted.binding.subjects));
}
