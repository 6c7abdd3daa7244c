import { hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import type { Namespace, Secret } from "../../kube/objects.ts";
import type { FederationDeps } from "../deps.ts";
import type { KubeFedCluster } from "../kubefed-types.ts";
import type { Report } from "../report.ts";
import { performStep, type Step } from "../step.ts";
import type { CheckedEndpoint } from "./check-endpoint.ts";
import type { JoinPlan } from "./plan.ts";
import { completeRegistration } from "./registration.ts";
import { issueToken, type Token } from "./token.ts";

type ApplyDeps = Pick<FederationDeps, "report" | "signal" | "clock">;

/** What was written, for whoever waits for what becomes of it. */
export interface Joined {
  readonly registration: KubeFedCluster;
  /** False when the registration was as it should be. */
  readonly isChanged: boolean;
}

export interface JoinTargets {
  readonly host: KubeApi;
  readonly member: KubeApi;
  readonly endpoint: Pick<CheckedEndpoint, "beginProof">;
}

/** Carries a plan out: the member first, the host's KubeFedCluster last, so that what is registered also works. */
export async function applyJoin(
  plan: JoinPlan,
  { host, member, endpoint }: JoinTargets,
  deps: ApplyDeps,
): Promise<Joined> {
  const proof = await endpoint.beginProof();
  try {
    const token = await applyToMember(plan, member, deps);
    await allOf([
      proof.prove(Buffer.from(token.token, "base64").toString()),
      performStep(host, withToken(plan.credential, token), deps.report),
    ]);
    const step = plan.awaitsAuthority
      ? completeRegistration(plan.registration, token.authority, plan.registered)
      : plan.registration;
    return { registration: await performStep(host, step, deps.report), isChanged: step.action !== "keep" };
  } finally {
    proof.close();
  }
}

async function applyToMember(plan: JoinPlan, member: KubeApi, deps: ApplyDeps): Promise<Token> {
  const { report } = deps;
  const namespace = ensureNamespace(plan.namespace, member, report);
  const [token] = await allOf([
    namespace.then(() => makeToken(plan, member, deps)),
    ...plan.grants.map(async ({ role, obsolete, binding }) => {
      if (role.object.metadata?.namespace !== undefined) await namespace;
      await performStep(member, role, report);
      if (obsolete !== undefined) await performStep(member, obsolete, report);
      await performStep(member, binding, report);
    }),
  ]);
  return token;
}

/** Joins of several names into one cluster, or of several hosts, share its namespace: the first makes it. */
async function ensureNamespace(step: Step<Namespace>, member: KubeApi, report: Report): Promise<void> {
  const isTaken = (error: unknown): boolean => hasCode(error, "ServerAlreadyExists");
  const change: Report["change"] = (told) => {
    if (!isTaken(told.error)) report.change(told);
  };
  try {
    await performStep(member, step, { ...report, change });
  } catch (error) {
    if (!isTaken(error)) throw error;
    await performStep(member, { ...step, action: "keep", reason: "made by somebody else meanwhile" }, report);
  }
}

/** Waits for all of them also when one fails, so that nothing is written behind the caller's back; then throws the first failure. */
async function allOf<T extends readonly unknown[]>(work: { [Key in keyof T]: Promise<T[Key]> }): Promise<T> {
  const outcomes = await Promise.allSettled(work);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  // None was rejected.
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

async function makeToken({ serviceAccount, tokenSecret }: JoinPlan, api: KubeApi, deps: ApplyDeps): Promise<Token> {
  await performStep(api, serviceAccount, deps.report);
  return issueToken(tokenSecret, api, deps);
}

/** The planned credential with its token: other keys of a secret that the user named stay. */
function withToken(step: Step<Secret>, { token }: Token): Step<Secret> {
  const isSame = step.action === "update" && step.object.data?.["token"] === token;
  return {
    ...step,
    action: isSame ? "keep" : step.action,
    object: { ...step.object, data: { ...step.object.data, token } },
  };
}
