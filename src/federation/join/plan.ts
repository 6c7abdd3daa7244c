import { ExitCode, FedctlError } from "../../errors.ts";
import type { KubeObject, Namespace, Secret, ServiceAccount } from "../../kube/objects.ts";
import type { ClientConfig } from "../../kubeconfig/types.ts";
import {
  kubefedClusterType,
  type KubeFedCluster,
  managedByFedctl,
  managedByLabel,
  namespaceType,
  secretType,
  serviceAccountType,
} from "../kubefed-types.ts";
import type { Warning } from "../report.ts";
import { sameJson } from "../federate/records.ts";
import type { Step } from "../step.ts";
import type { GrantFact, JoinFacts } from "./facts.ts";
import {
  memberNamespace,
  type MemberNames,
  memberServiceAccount,
  memberTokenSecret,
  mountAnnotation,
  tokenOwnerAnnotation,
  tokenSecretType,
} from "./member-objects.ts";
import { hostAnnotation, type JoinOptions, memberNamespaceAnnotation, serviceAccountAnnotation } from "./options.ts";

/** What a join writes. The credential's token and the CA that may come with it are known only once the member has made them. */
export interface JoinPlan {
  readonly namespace: Step<Namespace>;
  readonly serviceAccount: Step<ServiceAccount>;
  readonly tokenSecret: Step<Secret>;
  /** Each role comes before its binding. */
  readonly grants: readonly { readonly role: Step; readonly binding: Step }[];
  /** Without the token. */
  readonly credential: Step<Secret>;
  /** Without a CA where the kubeconfig has none. */
  readonly registration: Step<KubeFedCluster>;
  readonly warnings: readonly Warning[];
}

export interface JoinRequest {
  readonly options: JoinOptions;
  readonly names: MemberNames;
  /** How the host and the joining cluster are called in messages. */
  readonly hostContext: string;
  /** Of the joining cluster. */
  readonly config: ClientConfig;
}

/** Pure. @throws FedctlError when the join cannot or must not be done, before anything is written */
export function planJoin(facts: JoinFacts, request: JoinRequest): JoinPlan {
  const { options, names } = request;
  refuseUnsupported(request);
  refuseJoined(facts, request);
  refuseTerminating(facts, request);
  refuseForeign(facts, request);
  const cluster = options.clusterName;
  const on = <T extends KubeObject>(step: Omit<Step<T>, "cluster">): Step<T> => ({ cluster, ...step });
  return {
    namespace: on({ type: namespaceType, ...ensure(memberNamespace(names.namespace), facts.namespace, () => true) }),
    serviceAccount: on({
      type: serviceAccountType,
      ...ensure(memberServiceAccount(names, facts.hostId), facts.serviceAccount, isServiceAccountAsWanted),
    }),
    tokenSecret: on({ type: secretType, ...ensure(memberTokenSecret(names), facts.tokenSecret, () => true) }),
    grants: facts.grants.map(({ wanted, role, binding }) => ({
      role: on({
        type: wanted.roleType,
        ...ensure(wanted.role, role, (live) => sameJson(live.rules, wanted.role.rules)),
      }),
      binding: on({
        type: wanted.bindingType,
        ...ensure(wanted.binding, binding, (live) => sameJson(withoutApiGroup(live.subjects), wanted.binding.subjects)),
      }),
    })),
    credential: planCredential(facts, request),
    registration: planRegistration(facts, request),
    warnings: warningsOf(request),
  };
}

const leftover = "left by an earlier join";

/** Create what is absent, keep what is as wanted, bring the rest there; labels and annotations of others stay. */
function ensure<T extends KubeObject>(
  wanted: T,
  live: T | undefined,
  isAsWanted: (live: T) => boolean,
): Pick<Step<T>, "action" | "object" | "reason"> {
  if (live === undefined) return { action: "create", object: wanted };
  if (isAsWanted(live)) return { action: "keep", object: live };
  const metadata = {
    ...live.metadata,
    labels: { ...live.metadata?.labels, ...wanted.metadata?.labels },
    annotations: { ...live.metadata?.annotations, ...wanted.metadata?.annotations },
  };
  return { action: "update", object: { ...live, ...wanted, metadata }, reason: leftover };
}

function isServiceAccountAsWanted(live: ServiceAccount): boolean {
  return live.automountServiceAccountToken === false && live.metadata?.annotations?.[mountAnnotation] === "true";
}

/** The server gives a subject no apiGroup, other tools write an empty one. */
function withoutApiGroup(subjects: readonly { readonly apiGroup?: string }[] | undefined): unknown {
  return subjects?.map((subject) =>
    Object.fromEntries(Object.entries(subject).filter(([key, value]) => key !== "apiGroup" || value !== "")),
  );
}

function planCredential(
  { credential, secretName, registration }: JoinFacts,
  { options, hostContext }: JoinRequest,
): Step<Secret> {
  const { kubefedNamespace: namespace, clusterName } = options;
  const base = { cluster: hostContext, type: secretType };
  if (credential !== undefined)
    return { ...base, action: "update", object: credential, reason: registration === undefined ? leftover : undefined };
  // generateName is what kubefedctl sends; the server keeps it beside a name.
  const generateName = options.secretName === undefined ? { generateName: `${clusterName}-` } : {};
  const labels = { [managedByLabel]: managedByFedctl };
  const metadata = { name: secretName, namespace, ...generateName, labels };
  return { ...base, action: "create", object: { apiVersion: "v1", kind: "Secret", metadata } };
}

function planRegistration(
  facts: JoinFacts,
  { options, names, config, hostContext }: JoinRequest,
): Step<KubeFedCluster> {
  const { kubefedNamespace: namespace, clusterName } = options;
  const { registration } = facts;
  const { tls } = config;
  const spec: KubeFedCluster["spec"] = {
    apiEndpoint: withLowerCaseHost(config.server),
    secretRef: { name: facts.secretName },
    proxyURL: config.proxyUrl ?? "",
    ...(tls.caPem !== undefined && { caBundle: tls.caPem.toString("base64") }),
    ...(tls.insecureSkipVerify && { disabledTLSValidations: ["*"] }),
  };
  const madeByUs =
    facts.namespace === undefined || facts.namespace.metadata?.labels?.[managedByLabel] === managedByFedctl;
  const annotations = {
    ...registration?.metadata?.annotations,
    [serviceAccountAnnotation]: names.serviceAccount,
    [memberNamespaceAnnotation]: madeByUs ? "created" : "existing",
  };
  const metadata = { ...registration?.metadata, name: clusterName, namespace, annotations };
  const object: KubeFedCluster = {
    apiVersion: "core.kubefed.io/v1beta1",
    kind: "KubeFedCluster",
    ...registration,
    metadata,
    spec,
  };
  return {
    cluster: hostContext,
    type: kubefedClusterType,
    action: registration === undefined ? "create" : "update",
    object,
  };
}

/** Host names mean the same in either case, but old admission webhooks of KubeFed refuse upper case, which EKS hands out. */
function withLowerCaseHost(server: string): string {
  return server.replace(/^([a-z]+:\/\/)?[^/]+/i, (origin) => origin.toLowerCase());
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

function refuseJoined({ registration, credential }: JoinFacts, { options, hostContext }: JoinRequest): void {
  const { clusterName, secretName, errorOnExisting } = options;
  if (!errorOnExisting) return;
  if (registration !== undefined) {
    throw new FedctlError(
      "ClusterAlreadyJoined",
      `cluster "${clusterName}" is joined to host cluster "${hostContext}" already`,
      {
        hint: `see it with "fedctl get clusters --host-cluster-context ${hostContext}"; bring it up to date with --error-on-existing=false`,
        exitCode: ExitCode.Conflict,
      },
    );
  }
  if (
    secretName !== undefined &&
    credential !== undefined &&
    credential.metadata?.labels?.[managedByLabel] !== managedByFedctl
  ) {
    throw new FedctlError(
      "ObjectConflict",
      `secret "${secretName}" exists already in namespace "${options.kubefedNamespace}" of host cluster "${hostContext}"`,
      {
        hint: "choose another --secret-name, or write into this one with --error-on-existing=false",
        exitCode: ExitCode.Conflict,
      },
    );
  }
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
function refuseForeign(facts: JoinFacts, { options, names }: JoinRequest): void {
  const { clusterName, errorOnExisting } = options;
  const conflict = (what: string, hint: string): FedctlError =>
    new FedctlError("ObjectConflict", `${what} in cluster "${clusterName}"`, { exitCode: ExitCode.Conflict, hint });
  const owner = facts.serviceAccount?.metadata?.annotations?.[hostAnnotation];
  if (owner !== undefined && owner !== facts.hostId) {
    throw conflict(
      `service account "${names.serviceAccount}" of namespace "${names.namespace}" belongs to another host cluster`,
      "join under another name, or give this host another --host-cluster-name",
    );
  }
  const token = facts.tokenSecret;
  if (
    token !== undefined &&
    (token.type !== tokenSecretType || token.metadata?.annotations?.[tokenOwnerAnnotation] !== names.serviceAccount)
  ) {
    throw conflict(
      `secret "${names.serviceAccount}" of namespace "${names.namespace}" is no token of its service account`,
      "remove it, or join under another name",
    );
  }
  const foreign = facts.grants.find((grant) => isForeign(grant, errorOnExisting));
  if (foreign !== undefined) {
    const { kind = "", metadata } = foreign.wanted.role;
    throw conflict(
      `${kind} "${metadata?.name ?? ""}" or its binding has another content`,
      "remove them, or bring them up to date with --error-on-existing=false",
    );
  }
}

function isForeign({ wanted, role, binding }: GrantFact, errorOnExisting: boolean): boolean {
  if (binding !== undefined && !sameJson(binding.roleRef, wanted.binding.roleRef)) return true;
  if (!errorOnExisting) return false;
  const otherRole = role !== undefined && !sameJson(role.rules, wanted.role.rules);
  return otherRole || (binding !== undefined && !sameJson(withoutApiGroup(binding.subjects), wanted.binding.subjects));
}

function warningsOf({ config, options, hostContext }: JoinRequest): Warning[] {
  const host = new URL(config.baseUrl).hostname.replace(/^\[|\]$/g, "");
  if (host !== "localhost" && host !== "::1" && !/^127\./.test(host)) return [];
  return [
    {
      code: "LoopbackEndpoint",
      message: `the endpoint ${config.server} of cluster "${options.clusterName}" is a loopback address: a controller that runs elsewhere, as in a pod of "${hostContext}", cannot reach it`,
    },
  ];
}
