import type { ClientConfig } from "../../kubeconfig/types.ts";
import { sameJson } from "../json-data.ts";
import { kubefedClusterType, type KubeFedCluster } from "../kubefed-types.ts";
import type { Step } from "../step.ts";
import type { JoinFacts } from "./facts.ts";
import { memberNamespaceAnnotation, serviceAccountAnnotation } from "./options.ts";
import { isMadeByFedctl } from "./ownership.ts";
import type { JoinRequest } from "./plan.ts";

/** The KubeFedCluster of a join, without a CA where the kubeconfig has none. Pure. */
export function planRegistration(facts: JoinFacts, request: JoinRequest): Step<KubeFedCluster> {
  const { options, hostContext } = request;
  const live = facts.registration;
  const metadata = {
    ...live?.metadata,
    name: options.clusterName,
    namespace: options.kubefedNamespace,
    annotations: { ...live?.metadata?.annotations, ...notesFor(facts) },
  };
  const identity = { apiVersion: "core.kubefed.io/v1beta1", kind: "KubeFedCluster" };
  const object: KubeFedCluster = { ...identity, ...live, metadata, spec: registrationSpec(facts, request) };
  return { cluster: hostContext, type: kubefedClusterType, action: actionFor(object, live), object };
}

/** The registration with the CA that came with the token (base64), where the kubeconfig has none. */
export function completeRegistration(
  step: Step<KubeFedCluster>,
  authority: string | undefined,
  live: KubeFedCluster | undefined,
): Step<KubeFedCluster> {
  const { spec } = step.object;
  if (spec.caBundle !== undefined || authority === undefined) return step;
  const object = { ...step.object, spec: { ...spec, caBundle: authority } };
  return { ...step, action: actionFor(object, live), object };
}

/** The CA counts as unchanged while it is not known. */
function actionFor(object: KubeFedCluster, live: KubeFedCluster | undefined): Step["action"] {
  if (live === undefined) return "create";
  const { caBundle } = live.spec;
  const spec = { ...(caBundle !== undefined && { caBundle }), ...object.spec };
  const isSame = sameJson(spec, live.spec) && sameJson(object.metadata?.annotations, live.metadata?.annotations ?? {});
  return isSame ? "keep" : "update";
}

function registrationSpec({ secretName }: JoinFacts, { config }: JoinRequest): KubeFedCluster["spec"] {
  const { caPem, insecureSkipVerify } = config.tls;
  return {
    apiEndpoint: endpointOf(config),
    secretRef: { name: secretName },
    proxyURL: config.proxyUrl ?? "",
    ...(caPem !== undefined && { caBundle: caPem.toString("base64") }),
    ...(insecureSkipVerify && { disabledTLSValidations: ["*"] }),
  };
}

/** For unjoin, which reads them instead of guessing. */
function notesFor({ names, ...facts }: JoinFacts): Record<string, string> {
  const namespace = namespaceNote(facts);
  return {
    [serviceAccountAnnotation]: names.serviceAccount,
    ...(namespace !== undefined && { [memberNamespaceAnnotation]: namespace }),
  };
}

/** What is known once stays: when a cluster is joined again, its namespace tells no more who made it. */
function namespaceNote({ namespace, registration }: Omit<JoinFacts, "names">): "created" | "existing" | undefined {
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
