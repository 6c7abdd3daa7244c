import type { JoinFacts } from "../../../../src/federation/join/facts.ts";
import { memberNames } from "../../../../src/federation/join/member-names.ts";
import { memberGrants } from "../../../../src/federation/join/member-objects.ts";
import type { JoinOptions } from "../../../../src/federation/join/options.ts";
import { type JoinPlan, type JoinRequest, planJoin } from "../../../../src/federation/join/plan.ts";
import { storedEndpoint } from "../../../../src/federation/join/stored-endpoint.ts";
import type { KubeObject, Secret } from "../../../../src/kube/objects.ts";
import type { ClientConfig } from "../../../../src/kubeconfig/types.ts";

export const hostId = "b6a6f4b4-0001";
const caPem = Buffer.from("-----BEGIN CERTIFICATE-----\n");

export const options: JoinOptions = {
  clusterName: "vulcan",
  hostClusterContext: "earth",
  kubefedNamespace: "kube-federation-system",
  dryRun: false,
  errorOnExisting: true,
};

export function config(
  more: Partial<Omit<ClientConfig, "tls">> & { tls?: Partial<ClientConfig["tls"]> } = {},
): ClientConfig {
  const server = more.server ?? "https://vulcan.example.com:6443";
  return {
    contextName: "vulcan",
    clusterName: "vulcan",
    userName: "vulcan",
    namespace: "default",
    server,
    baseUrl: server,
    proxyUrl: undefined,
    disableCompression: false,
    credentials: { kind: "anonymous" },
    impersonation: undefined,
    ...more,
    tls: { caPem, caFile: undefined, insecureSkipVerify: false, serverName: undefined, ...more.tls },
  };
}

export interface FactsOptions extends Partial<JoinFacts> {
  readonly scope?: "Cluster" | "Namespaced";
}

/** Two clusters that no join has seen, but for what a test wants otherwise. */
export function facts({ scope = "Cluster", ...more }: FactsOptions = {}): JoinFacts {
  const names = more.names ?? memberNames(options, "earth");
  const { rbac = "full", types = [] } = more;
  const grants = memberGrants(names, { profile: rbac, scope, types });
  return {
    hostId,
    registration: undefined,
    secretName: "vulcan-x7k2p",
    credential: undefined,
    secretUser: undefined,
    names,
    namespace: undefined,
    serviceAccount: undefined,
    tokenSecret: undefined,
    grants: grants.map((wanted) => ({ wanted, role: undefined, binding: undefined })),
    ...more,
    rbac,
    types,
  };
}

/** What a planned join looks like once it is done: the objects with what the server adds. */
export function factsAfter(plan: JoinPlan, more: Partial<JoinFacts> = {}): JoinFacts {
  const before = facts();
  const tokenSecret = live(plan.tokenSecret.object, "s1");
  const annotations = { ...tokenSecret.metadata?.annotations, "kubernetes.io/service-account.uid": "sa1" };
  return {
    ...before,
    namespace: live(plan.namespace.object, "n1"),
    serviceAccount: live(plan.serviceAccount.object, "sa1"),
    tokenSecret: { ...tokenSecret, metadata: { ...tokenSecret.metadata, annotations }, data: { token: "dG9rZW4=" } },
    grants: before.grants.map((grant, index) => ({
      ...grant,
      // Made from the same wanted objects.
      role: plan.grants[index]?.role.object as typeof grant.role,
      binding: plan.grants[index]?.binding.object as typeof grant.binding,
    })),
    credential: { ...live(plan.credential.object, "c1"), data: { token: "dG9rZW4=" } },
    registration: live(plan.registration.object, "k1"),
    ...more,
  };
}

export function live<T extends KubeObject>(object: T, uid: string): T {
  return { ...object, metadata: { ...object.metadata, uid, resourceVersion: "7" } };
}

export function secret(name: string, more: Partial<Secret> = {}): Secret {
  const { metadata, ...rest } = more;
  return { apiVersion: "v1", kind: "Secret", metadata: { name, ...metadata }, type: "Opaque", ...rest };
}

export function request(more: Partial<JoinOptions> = {}, ofMember: ClientConfig = config()): JoinRequest {
  const given = { ...options, ...more };
  const stored = storedEndpoint(given, ofMember);
  return { options: given, hostContext: "earth", hostUrl: "https://earth.example.com", stored };
}

export function plan(of: JoinFacts = facts(), more: Partial<JoinOptions> = {}): JoinPlan {
  return planJoin(of, request(more));
}

/** `create ServiceAccount`, in the order of the plan. */
export function actionsOf(made: JoinPlan): string[] {
  const grants = made.grants.flatMap(({ role, obsolete, binding }) => [role, ...(obsolete ? [obsolete] : []), binding]);
  return [made.namespace, made.serviceAccount, made.tokenSecret, ...grants, made.credential, made.registration].map(
    ({ action, type }) => `${action} ${type.kind}`,
  );
}
