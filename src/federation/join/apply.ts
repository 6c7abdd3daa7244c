import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import type { Secret } from "../../kube/objects.ts";
import { withDeadline } from "../deadline.ts";
import type { FederationDeps } from "../deps.ts";
import { secretType } from "../kubefed-types.ts";
import { performStep, type Step } from "../step.ts";
import type { JoinPlan } from "./plan.ts";
import { completeRegistration } from "./registration.ts";

const tokenTimeoutMs = 30_000;
const pauseMs = 100;

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

interface Token {
  /** Base64, as secrets have it. */
  readonly token: string;
  readonly authority: string | undefined;
}

async function makeToken(plan: JoinPlan, api: KubeApi, deps: ApplyDeps): Promise<Token> {
  await performStep(api, plan.serviceAccount, deps.report);
  const secret = await performStep(api, plan.tokenSecret, deps.report);
  deps.report.progress(`waiting for the token of cluster "${plan.tokenSecret.cluster}"`);
  return tokenIn(secret) ?? (await waitForToken(secret, { api, cluster: plan.tokenSecret.cluster }, deps));
}

function tokenIn({ data }: Secret): Token | undefined {
  const token = data?.["token"];
  return token === undefined || token === "" ? undefined : { token, authority: data?.["ca.crt"] };
}

/** By a watch that starts at the secret as it was made, so that a token that is there already arrives in one round trip. */
async function waitForToken(made: Secret, place: { api: KubeApi; cluster: string }, deps: ApplyDeps): Promise<Token> {
  const { name = "", namespace } = made.metadata ?? {};
  const key = { type: secretType, namespace, name };
  try {
    return await withDeadline({ timeoutMs: tokenTimeoutMs, signal: deps.signal, clock: deps.clock }, async (signal) => {
      let secret: Secret | undefined = made;
      while (secret !== undefined) {
        const token = tokenIn(secret) ?? (await watchToken(place.api, secret, signal));
        if (token === "deleted") break;
        if (token !== undefined) return token;
        // The watch ended before the token came.
        await deps.clock.sleep(pauseMs, signal);
        secret = await place.api.get<Secret>(key, { signal });
      }
      const why = "the secret was deleted: its service account is gone, or something on the cluster refuses it";
      throw notIssued(made, place.cluster, why);
    });
  } catch (error) {
    if (!hasCode(error, "TimedOut")) throw error;
    const why = `it is still empty after ${tokenTimeoutMs / 1000} s: the token controller of that cluster does not run, or may not write it`;
    throw notIssued(made, place.cluster, why);
  }
}

/** Undefined when the watch ended without either. */
async function watchToken(api: KubeApi, secret: Secret, signal: AbortSignal): Promise<Token | "deleted" | undefined> {
  const { name, namespace, resourceVersion } = secret.metadata ?? {};
  try {
    for await (const event of api.watch<Secret>(secretType, { namespace, name, resourceVersion, signal })) {
      if (event.type === "DELETED") return "deleted";
      const token = event.type === "BOOKMARK" ? undefined : tokenIn(event.object);
      if (token !== undefined) return token;
    }
    return undefined;
  } catch (error) {
    // Too old a version: look again.
    if (hasCode(error, "ServerError")) return undefined;
    throw error;
  }
}

function notIssued(secret: Secret, cluster: string, why: string): FedctlError {
  const { name = "", namespace = "" } = secret.metadata ?? {};
  return new FedctlError(
    "TokenNotIssued",
    `no token in secret "${name}" of namespace "${namespace}" in cluster "${cluster}": ${why}`,
    {
      hint: "when the cause is mended, run the same command again: it continues where it stopped",
      exitCode: ExitCode.TimedOut,
    },
  );
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
