import type { KubeApi } from "../../kube/kube-api.ts";
import type { Secret } from "../../kube/objects.ts";
import type { FederationDeps } from "../deps.ts";
import { performStep, type Step } from "../step.ts";
import type { JoinPlan } from "./plan.ts";
import { completeRegistration } from "./registration.ts";
import { issueToken, type Token } from "./token.ts";

type ApplyDeps = Pick<FederationDeps, "report" | "signal" | "clock">;

/** Carries a plan out: the member first, the host's KubeFedCluster last, so that what is registered also works. */
export async function applyJoin(
  plan: JoinPlan,
  { host, member }: { host: KubeApi; member: KubeApi },
  deps: ApplyDeps,
): Promise<void> {
  const { report } = deps;
  const namespace = performStep(member, plan.namespace, report);
  const [token] = await allOf([
    namespace.then(() => makeToken(plan, member, deps)),
    ...plan.grants.map(async ({ role, obsolete, binding }) => {
      if (role.object.metadata?.namespace !== undefined) await namespace;
      await performStep(member, role, report);
      if (obsolete !== undefined) await performStep(member, obsolete, report);
      await performStep(member, binding, report);
    }),
  ]);
  await performStep(host, withToken(plan.credential, token), report);
  await performStep(host, completeRegistration(plan.registration, token.authority, plan.registered), report);
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
