import type { ClientConfig } from "../../kubeconfig/types.ts";
import { sameJson } from "../json-data.ts";
import { kubefedClusterType, type KubeFedCluster } from "../kubefed-types.ts";
import type { Step } from "../step.ts";
import type { JoinFacts } from "./facts.ts";
import { memberNamespaceAnnotation, rbacAnnotation, serviceAccountAnnotation } from "./options.ts";
import { isMadeByFedctl } from "./ownership.ts";
import type { JoinRequest } from "./plan.ts";

/** The KubeFedCluster of a join, without a CA where that comes with the token. Pure. */
export function planRegistration(facts: JoinFacts, request: JoinRequest): Step<KubeFedCluster> {
  const { options, hostContext } = request;
  const live = facts.registration;
  const labels = { ...live?.metadata?.labels, ...options.labels };
  const metadata = {
    ...live?.metadata,
    name: options.clusterName,
    namespace: options.kubefedNamespace,
    ...(Object.keys(labels).length > 0 && { labels }),
    annotations: annotationsFor(facts),
  };
  const identity = { apiVersion: "core.kubefed.io/v1beta1", kind: "KubeFedCluster" };
  const object: KubeFedCluster = { ...identity, ...live, metadata, spec: registrationSpec(facts, request) };
  const action = actionFor(object, live, request.stored.awaitsAuthority);
  return { cluster: hostContext, type: kubefedClusterType, action, object };
}

/** The registration with the CA that came with the token (base64). For one that awaits it. */
export function completeRegistration(
  step: Step<KubeFedCluster>,
  authority: string | undefined,
  live: KubeFedCluster | undefined,
): Step<KubeFedCluster> {
  const { spec } = step.object;
  if (authority === undefined) return step;
  const object = { ...step.object, spec: { ...spec, caBundle: authority } };
  return { ...step, action: actionFor(object, live, false), object };
}

/** While the CA is awaited it counts as unchanged. */
function actionFor(
  { spec, metadata }: KubeFedCluster,
  live: KubeFedCluster | undefined,
  awaitsAuthority: boolean,
): Step["action"] {
  if (live === undefined) return "create";
  const { caBundle } = live.spec;
  const expected = awaitsAuthority && caBundle !== undefined ? { caBundle, ...spec } : spec;
  const isSame = sameJson(expected, live.spec) && sameJson(notesIn(metadata), notesIn(live.metadata));
  return isSame ? "keep" : "update";
}

function notesIn({ labels = {}, annotations = {} }: KubeFedCluster["metadata"] = {}): unknown {
  return { labels, annotations };
}

function registrationSpec({ secretName }: JoinFacts, { stored }: JoinRequest): KubeFedCluster["spec"] {
  return {
    apiEndpoint: stored.apiEndpoint,
    secretRef: { name: secretName },
    proxyURL: stored.proxyUrl ?? "",
    ...(stored.caPem !== undefined && { caBundle: stored.caPem.toString("base64") }),
    ...(stored.skipsVerification && { disabledTLSValidations: ["*"] }),
  };
}

/** What others noted, and what later joins and unjoin read instead of guessing. */
function annotationsFor({ names, rbac, ...facts }: JoinFacts): Record<string, string> {
  const noted = Object.entries(facts.registration?.metadata?.annotations ?? {});
  const namespace = namespaceNote(facts);
  return {
    ...Object.fromEntries(noted.filter(([key]) => key !== rbacAnnotation)),
    [serviceAccountAnnotation]: names.serviceAccount,
    ...(namespace !== undefined && { [memberNamespaceAnnotation]: namespace }),
    ...(rbac === "minimal" && { [rbacAnnotation]: rbac }),
  };
}

/** What is known once stays: when a cluster is joined again, its namespace tells no more who made it. */
function namespaceNote({
  namespace,
  registration,
}: Pick<JoinFacts, "namespace" | "registration">): "created" | "existing" | undefined {
  if (namespace === undefined) return "created";
  if (registration !== undefined) return undefined;
  return isMadeByFedctl(namespace) ? "created" : "existing";
}

/**
 * The server as it is written, but for a user and password in it, which are nobody else's business, and for the case of the host name:
 * it means the same in either, yet old admission webhooks of KubeFed refuse upper case, which EKS hands out.
 */
export function endpointOf({ server }: Pick<ClientConfig, "server">): string {
  const withoutUser = server.replace(/^([a-z]+:\/\/)[^/@]*@/i, "$1");
  return withoutUser.replace(/^([a-z]+:\/\/)?[^/]+/i, (origin) => origin.toLowerCase());
}
