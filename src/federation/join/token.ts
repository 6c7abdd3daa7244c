import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi, ObjectKey } from "../../kube/kube-api.ts";
import type { Secret } from "../../kube/objects.ts";
import { withDeadline } from "../deadline.ts";
import type { FederationDeps } from "../deps.ts";
import { secretType, serviceAccountType } from "../kubefed-types.ts";
import { performStep, type Step } from "../step.ts";

const tokenTimeoutMs = 30_000;
const pauseMs = 100;

type TokenDeps = Pick<FederationDeps, "report" | "signal" | "clock">;

/** What Kubernetes puts into a token secret, base64 as secrets have it. */
export interface Token {
  readonly token: string;
  readonly authority: string | undefined;
}

/**
 * Does the step of a token secret and waits for its token.
 * @throws FedctlError TokenNotIssued with the cause as far as it can be seen; of the step
 */
export async function issueToken(step: Step<Secret>, api: KubeApi, deps: TokenDeps): Promise<Token> {
  const preview = previewToken(step, api);
  try {
    const made = await performStep(api, step, deps.report);
    deps.report.progress(`waiting for the token of cluster "${step.cluster}"`);
    return tokenIn(made) ?? (await waitForToken(made, { api, cluster: step.cluster, preview }, deps));
  } finally {
    preview.stop();
  }
}

function tokenIn({ data }: Secret): Token | undefined {
  const token = data?.["token"];
  return token === undefined || token === "" ? undefined : { token, authority: data?.["ca.crt"] };
}

/** A watch that was opened before there was anything to see. */
interface Preview {
  /** The secret as it is when it first has a token; undefined when that was not seen. Never rejects. */
  readonly seen: Promise<Secret | undefined>;
  readonly stop: () => void;
}

/** Sent together with the secret itself, the watch brings the token a round trip earlier than one that follows it. */
function previewToken({ action, object }: Step<Secret>, api: KubeApi): Preview {
  const stop = new AbortController();
  // One that is there already would be seen with the token it had before.
  const seen = action === "create" ? watchForToken(api, object, stop.signal) : Promise.resolve(undefined);
  return {
    seen: seen.catch(() => undefined),
    stop: () => {
      stop.abort();
    },
  };
}

interface Place {
  readonly api: KubeApi;
  readonly cluster: string;
  readonly preview: Preview;
}

async function waitForToken(made: Secret, { api, cluster, preview }: Place, deps: TokenDeps): Promise<Token> {
  try {
    return await withDeadline({ timeoutMs: tokenTimeoutMs, signal: deps.signal, clock: deps.clock }, async (signal) => {
      signal.addEventListener("abort", preview.stop, { once: true });
      const early = await preview.seen;
      const isSame = early?.metadata?.uid === made.metadata?.uid;
      const token = early !== undefined && isSame ? tokenIn(early) : undefined;
      return token ?? (await followToken(made, { api, cluster, signal }, deps));
    });
  } catch (error) {
    if (!hasCode(error, "TimedOut")) throw error;
    const why = `it is still empty after ${tokenTimeoutMs / 1000} s: ${await whyEmpty(made, api)}`;
    throw notIssued(made, cluster, why);
  }
}

/** kube-controller-manager makes a service account in every namespace, and fills token secrets: one tells of the other. */
async function whyEmpty({ metadata }: Secret, api: KubeApi): Promise<string> {
  const key = { type: serviceAccountType, namespace: metadata?.namespace, name: "default" };
  // An answer that does not come tells nothing either way.
  const given = await api.get(key).catch(() => "unknown" as const);
  const refused = "an admission policy or webhook refuses the token, or its token controller is switched off";
  if (given === "unknown") return `kube-controller-manager does not run there, or ${refused}`;
  if (given === undefined) return "kube-controller-manager does not run there: nothing made a service account either";
  return `kube-controller-manager runs there, but ${refused}`;
}

/** Watches a secret that is there, for as long as it takes. */
async function followToken(
  made: Secret,
  { api, cluster, signal }: { readonly api: KubeApi; readonly cluster: string; readonly signal: AbortSignal },
  { clock }: TokenDeps,
): Promise<Token> {
  let secret = made;
  for (;;) {
    const seen = (await watchForToken(api, secret, signal)) ?? (await api.get<Secret>(keyOf(made), { signal }));
    if (seen === undefined) {
      const why = "the secret was deleted: its service account is gone, or something on the cluster refuses it";
      throw notIssued(made, cluster, why);
    }
    const token = tokenIn(seen);
    if (token !== undefined) return token;
    secret = seen;
    await clock.sleep(pauseMs, signal);
  }
}

function keyOf({ metadata }: Secret): ObjectKey {
  return { type: secretType, namespace: metadata?.namespace, name: metadata?.name ?? "" };
}

/** The secret with its token, from the version it is given in; undefined when the watch ended without, or is not allowed. */
async function watchForToken(api: KubeApi, { metadata }: Secret, signal: AbortSignal): Promise<Secret | undefined> {
  const { name, namespace, resourceVersion } = metadata ?? {};
  try {
    for await (const event of api.watch<Secret>(secretType, { namespace, name, resourceVersion, signal })) {
      if (event.type === "DELETED") return undefined;
      if (event.type !== "BOOKMARK" && tokenIn(event.object) !== undefined) return event.object;
    }
    return undefined;
  } catch (error) {
    // Too old a version, or somebody who may get but not watch: look again.
    if (hasCode(error, "ServerError", "ServerForbidden")) return undefined;
    throw error;
  }
}

function notIssued(secret: Secret, cluster: string, why: string): FedctlError {
  const { name = "", namespace = "" } = secret.metadata ?? {};
  return new FedctlError(
    "TokenNotIssued",
    `no token in secret "${name}" of namespace "${namespace}" in cluster "${cluster}": ${why}`,
    {
      hint: `look at the events of the namespace: kubectl get events -n ${namespace}`,
      exitCode: ExitCode.TimedOut,
    },
  );
}
