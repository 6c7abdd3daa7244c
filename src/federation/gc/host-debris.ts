import type { Secret } from "../../kube/objects.ts";
import { nameOf } from "../describe.ts";
import { clusterAnnotation } from "../join/options.ts";
import { isMadeByFedctl } from "../join/ownership.ts";
import { kubefedClusterType, secretType } from "../kubefed-types.ts";
import type { Step } from "../step.ts";
import { suggestCommand } from "../suggest.ts";
import { addressOf, credentialOf, type GcHost } from "./host-facts.ts";
import { tokenOwner } from "./token-owner.ts";

/** What earlier runs left in the host: `delete` for what is certain, `keep` for what somebody has to look at. Pure. */
export function hostDebris(host: GcHost): readonly Step[] {
  const { context: cluster } = host;
  const broken = host.clusters.flatMap((object): Step[] => {
    const reason = whyBroken(host, object);
    return reason === undefined ? [] : [{ cluster, type: kubefedClusterType, object, action: "keep", reason }];
  });
  const credentials = unusedSecrets(host).flatMap((object): Step[] => {
    const verdict = judge(object, host);
    return verdict === undefined ? [] : [{ cluster, type: secretType, object, ...verdict }];
  });
  return [...broken, ...credentials];
}

/** Secrets that no registration names. */
export function unusedSecrets({ secrets, clusters }: GcHost): readonly Secret[] {
  const used = new Set(clusters.map(({ spec }) => spec.secretRef.name));
  return secrets.filter((secret) => !used.has(nameOf(secret)));
}

function whyBroken(host: GcHost, cluster: GcHost["clusters"][number]): string | undefined {
  const credential = credentialOf(host, cluster);
  const name = cluster.spec.secretRef.name;
  const mend = `mend it with: ${suggestCommand(`join ${nameOf(cluster)} --error-on-existing=false`, addressOf(host))}`;
  if (credential === undefined) return `its secret "${name}" is gone; ${mend}`;
  return (credential.data?.["token"] ?? "") === "" ? `its secret "${name}" holds no token; ${mend}` : undefined;
}

type Verdict = Pick<Step, "action" | "reason">;

function judge(secret: Secret, host: GcHost): Verdict | undefined {
  const marked = clusterOfMark(secret);
  if (marked !== undefined)
    return { action: "delete", reason: `credential for "${marked}" that no KubeFedCluster names` };
  const generated = clusterOfName(secret);
  if (generated === undefined) return undefined;
  const isJoined = host.clusters.some((cluster) => nameOf(cluster) === generated);
  const owner = tokenOwner(secret);
  const isToken = owner?.namespace === host.kubefedNamespace && owner.serviceAccount.startsWith(`${generated}-`);
  if (isJoined || isToken)
    return { action: "delete", reason: `credential of kubefedctl for "${generated}" that no KubeFedCluster names` };
  return { action: "keep", reason: "looks like a credential of kubefedctl, but nothing proves it" };
}

function clusterOfMark(secret: Secret): string | undefined {
  return isMadeByFedctl(secret) ? secret.metadata?.annotations?.[clusterAnnotation] : undefined;
}

/** Names of the cluster to which a secret belongs that looks as kubefedctl makes them. */
export function clusterOfCredential(secret: Secret): string | undefined {
  return clusterOfMark(secret) ?? clusterOfName(secret);
}

const suffix = /^[bcdfghjklmnpqrstvwxz2456789]{5}$/;

/** kubefedctl gives its secrets a generated name, a token, and nothing else (B-JN16). */
function clusterOfName(secret: Secret): string | undefined {
  const { generateName = "", name = "" } = secret.metadata ?? {};
  if (!generateName.endsWith("-") || !name.startsWith(generateName)) return undefined;
  const isGenerated = suffix.test(name.slice(generateName.length));
  return isGenerated && holdsTokenAlone(secret) && isPlain(secret) ? generateName.slice(0, -1) : undefined;
}

function holdsTokenAlone({ data = {} }: Secret): boolean {
  const keys = Object.keys(data);
  return keys.includes("token") && keys.every((key) => key === "token" || key === "ca.crt");
}

function isPlain({ type, metadata = {} }: Secret): boolean {
  const { labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  const notes = [...Object.keys(labels), ...Object.keys(annotations), ...ownerReferences];
  return type === "Opaque" && notes.length === 0;
}
