import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import type { UnknownObject } from "../../kube/objects.ts";
import type { Connection, FederationDeps } from "../deps.ts";
import { connectionFor, type StoredEndpoint } from "./stored-endpoint.ts";

/** An endpoint that answered to what is to be stored of it. */
export interface CheckedEndpoint {
  /** With the CA settled, where there is one to settle before the token brings it. */
  readonly stored: StoredEndpoint;
  /** Opens the connection on which the token is to be tried, so that only the trial is left when there is one. */
  beginProof(): Promise<TokenProof>;
}

export interface TokenProof {
  /** Asks again, now with the token that is to be stored. @throws FedctlError EndpointUnusable */
  prove(token: string): Promise<void>;
  close(): void;
}

export interface EndpointRequest {
  readonly stored: StoredEndpoint;
  readonly clusterName: string;
  readonly member: Connection;
  /** Do not ask: the endpoint is for others to reach. */
  readonly isSkipped: boolean;
  /** Gives up. */
  readonly signal: AbortSignal;
}

type CheckDeps = Pick<FederationDeps, "connectWith" | "clock" | "signal">;

/**
 * Asks the endpoint for its health with exactly the address, CA, proxy and TLS settings that are to be stored, on a connection of its
 * own; who is asking does not matter yet. @throws FedctlError EndpointUnusable with the way out
 */
export async function checkEndpoint(request: EndpointRequest, deps: CheckDeps): Promise<CheckedEndpoint> {
  const { stored, member, isSkipped } = request;
  if (isSkipped) return { stored, beginProof: () => Promise.resolve(noProof) };
  const failures: FedctlError[] = [];
  for (const candidate of await candidatesFor(stored, member.api)) {
    const failure = await failureOf(candidate, request, deps);
    if (failure === undefined) return { stored: candidate, beginProof: () => beginProof(candidate, request, deps) };
    failures.push(failure);
    // Only another CA could make that good.
    if (failure.code !== "ServerTLSFailure") break;
  }
  throw unusable(request, failures);
}

const noProof: TokenProof = { prove: () => Promise.resolve(), close: () => undefined };

async function failureOf(
  candidate: StoredEndpoint,
  { member, signal }: EndpointRequest,
  deps: CheckDeps,
): Promise<FedctlError | undefined> {
  // API servers close a connection after a request of somebody unknown: it serves no second.
  const api = await deps.connectWith(connectionFor(candidate, member.config), () => undefined);
  try {
    await askForHealth(api, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    return error;
  } finally {
    api.close();
  }
}

async function beginProof(stored: StoredEndpoint, request: EndpointRequest, deps: CheckDeps): Promise<TokenProof> {
  let token: string | undefined;
  const api = await deps.connectWith(connectionFor(stored, request.member.config), () => token);
  void api.open();
  return {
    prove: (proof) => {
      token = proof;
      return prove(api, request, deps);
    },
    close: () => {
      api.close();
    },
  };
}

/**
 * Where no CA is given, that of the cluster is tried, and then those that the system trusts, as of a load balancer with a public
 * certificate; where not even one is to be verified, the CA comes with the token.
 */
async function candidatesFor(stored: StoredEndpoint, member: KubeApi): Promise<readonly StoredEndpoint[]> {
  const isVerified = stored.baseUrl.toLowerCase().startsWith("https://") && !stored.skipsVerification;
  if (!isVerified || stored.caPem !== undefined) return [stored];
  const system = { ...stored, awaitsAuthority: false };
  const caPem = await readClusterAuthority(member);
  return caPem === undefined ? [system] : [{ ...system, caPem }, system];
}

const configMapType = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };

/** What Kubernetes gives every namespace: the same CA that comes with a token. */
async function readClusterAuthority(api: KubeApi): Promise<Buffer | undefined> {
  try {
    const key = { type: configMapType, namespace: "kube-system", name: "kube-root-ca.crt" };
    const found = await api.get<UnknownObject & { data?: Readonly<Record<string, string>> }>(key);
    const pem = found?.data?.["ca.crt"];
    return pem === undefined ? undefined : Buffer.from(pem);
  } catch (error) {
    if (hasCode(error, "ServerForbidden")) return undefined;
    throw error;
  }
}

/** What a KubeFed controller asks for. An API server that wants to know who is asking has answered well enough. */
async function askForHealth(api: KubeApi, signal: AbortSignal): Promise<void> {
  try {
    const answer = await api.read("/healthz", { signal });
    if (typeof answer === "string" && answer.trim().toLowerCase() === "ok") return;
    throw new FedctlError("ServerError", "no Kubernetes API server answers there: /healthz is not ok");
  } catch (error) {
    if (!hasCode(error, "ServerUnauthorized", "ServerForbidden", "ServerTooBusy")) throw error;
  }
}

const proofTries = 4;
const proofPauseMs = 500;

/** A role that was made a moment ago may not count yet, and API servers that share a cluster hear of a token one after the other. */
async function prove(api: KubeApi, request: EndpointRequest, { clock, signal }: CheckDeps): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await api.read("/healthz");
      return;
    } catch (error) {
      if (hasCode(error, "ServerForbidden", "ServerTooBusy")) return;
      if (!(error instanceof FedctlError) || error.code === "Interrupted") throw error;
      if (error.code !== "ServerUnauthorized" || tries === proofTries) throw unproven(request, error);
    }
    await clock.sleep(proofPauseMs, signal);
  }
}

function unusable({ stored, clusterName }: EndpointRequest, failures: readonly FedctlError[]): FedctlError {
  const [cause] = failures;
  const { apiEndpoint } = stored;
  const how = stored.proxyUrl === undefined ? "" : " by its proxy-url";
  return new FedctlError(
    "EndpointUnusable",
    `cluster "${clusterName}" cannot be joined: with what would be stored, ${apiEndpoint} cannot be used${how}: ${cause?.message ?? "no answer"}`,
    { cause, exitCode: ExitCode.Conflict, hint: wayOut(cause, apiEndpoint) },
  );
}

function wayOut(cause: FedctlError | undefined, apiEndpoint: string): string {
  switch (cause?.code) {
    case "ServerTLSFailure":
      return `give the CA that vouches for ${apiEndpoint} with --ca-file, or an address that its certificate names with --api-endpoint`;
    case "KubeconfigInvalid":
      return "give a file with PEM certificates: --ca-file";
    case "ServerUnreachable":
    case "ServerTimedOut":
      return "give an address that the controllers of the host can reach with --api-endpoint, or a proxy-url in the kubeconfig (a proxy of the environment is not stored); where they reach it and this computer does not: --no-check-endpoint";
    default:
      return "give the address of the API server with --api-endpoint, or do not ask it: --no-check-endpoint";
  }
}

function unproven({ stored, clusterName }: EndpointRequest, cause: FedctlError): FedctlError {
  const { apiEndpoint } = stored;
  const isRefused = cause.code === "ServerUnauthorized";
  const why = isRefused ? "it does not accept the token that was made, as if another cluster answered there" : "";
  return new FedctlError(
    "EndpointUnusable",
    `cluster "${clusterName}" is not registered: with its token, ${apiEndpoint} cannot be used: ${isRefused ? why : cause.message}`,
    { cause, hint: isRefused ? "check --api-endpoint and the context of the cluster" : wayOut(cause, apiEndpoint) },
  );
}
