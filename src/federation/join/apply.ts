import { ExitCode, FedctlError } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import type { Secret } from "../../kube/objects.ts";
import { withDeadline } from "../deadline.ts";
import type { FederationDeps } from "../deps.ts";
import { secretType } from "../kubefed-types.ts";
import { performStep, type Step } from "../step.ts";
import type { JoinPlan } from "./plan.ts";

const tokenTimeoutMs = 30_000;

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
    ...plan.grants.map(async ({ role, binding }) => {
      if (role.object.metadata?.namespace !== undefined) await namespace;
      await performStep(member, role, report);
      await performStep(member, binding, report);
    }),
  ]);
  await performStep(host, withToken(plan.credential, token), report);
  await performStep(host, withAuthority(plan.registration, token), report);
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
async function waitForToken(secret: Secret, place: { api: KubeApi; cluster: string }, deps: ApplyDeps): Promise<Token> {
  const { name = "", namespace } = secret.metadata ?? {};
  try {
    return await withDeadline({ timeoutMs: tokenTimeoutMs, signal: deps.signal, clock: deps.clock }, async (signal) => {
      let resourceVersion = secret.metadata?.resourceVersion;
      for (;;) {
        const options = { namespace, name, resourceVersion, signal };
        for await (const event of place.api.watch<Secret>(secretType, options)) {
          if (event.type === "DELETED")
            throw notIssued(
              secret,
              place.cluster,
              "the secret was deleted: its service account is gone, or something on the cluster refuses it",
            );
          const token = event.type === "BOOKMARK" ? undefined : tokenIn(event.object);
          if (token !== undefined) return token;
          resourceVersion = event.object.metadata?.resourceVersion;
        }
      }
    });
  } catch (error) {
    if (error instanceof FedctlError && error.code === "TimedOut") {
      throw notIssued(
        secret,
        place.cluster,
        `it is still empty after ${tokenTimeoutMs / 1000} s: the token controller of that cluster does not run, or may not write it`,
      );
    }
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

function withAuthority(step: JoinPlan["registration"], { authority }: Token): JoinPlan["registration"] {
  const { spec } = step.object;
  if (spec.caBundle !== undefined || authority === undefined) return step;
  return { ...step, object: { ...step.object, spec: { ...spec, caBundle: authority } } };
}
