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
import { checkJoin } from "./checks.ts";
import type { JoinFacts } from "./facts.ts";
import {
  memberNamespace,
  type MemberNames,
  memberServiceAccount,
  memberTokenSecret,
  mountAnnotation,
  withoutApiGroup,
} from "./member-objects.ts";
import { type JoinOptions, memberNamespaceAnnotation, serviceAccountAnnotation } from "./options.ts";

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
  checkJoin(facts, request);
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

function planRegistration(facts: JoinFacts, request: JoinRequest): Step<KubeFedCluster> {
  const { options, hostContext } = request;
  const live = facts.registration;
  const metadata = {
    ...live?.metadata,
    name: options.clusterName,
    namespace: options.kubefedNamespace,
    annotations: { ...live?.metadata?.annotations, ...notesFor(facts, request) },
  };
  const identity = { apiVersion: "core.kubefed.io/v1beta1", kind: "KubeFedCluster" };
  const object: KubeFedCluster = { ...identity, ...live, metadata, spec: registrationSpec(facts, request) };
  return { cluster: hostContext, type: kubefedClusterType, action: live === undefined ? "create" : "update", object };
}

function registrationSpec({ secretName }: JoinFacts, { config }: JoinRequest): KubeFedCluster["spec"] {
  const { caPem, insecureSkipVerify } = config.tls;
  return {
    apiEndpoint: withLowerCaseHost(config.server),
    secretRef: { name: secretName },
    proxyURL: config.proxyUrl ?? "",
    ...(caPem !== undefined && { caBundle: caPem.toString("base64") }),
    ...(insecureSkipVerify && { disabledTLSValidations: ["*"] }),
  };
}

/** For unjoin, which reads them instead of guessing. */
function notesFor({ namespace }: JoinFacts, { names }: JoinRequest): Record<string, string> {
  const madeByJoin = namespace === undefined || namespace.metadata?.labels?.[managedByLabel] === managedByFedctl;
  return {
    [serviceAccountAnnotation]: names.serviceAccount,
    [memberNamespaceAnnotation]: madeByJoin ? "created" : "existing",
  };
}

/** Host names mean the same in either case, but old admission webhooks of KubeFed refuse upper case, which EKS hands out. */
function withLowerCaseHost(server: string): string {
  return server.replace(/^([a-z]+:\/\/)?[^/]+/i, (origin) => origin.toLowerCase());
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
