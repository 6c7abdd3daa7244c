import type { KubeApi } from "../kube/kube-api.ts";
import type { ClientConfig } from "../kubeconfig/types.ts";
import type { Report } from "./report.ts";

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with FedctlError Interrupted when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A cluster that can be talked to, and the settings it is talked to with. */
export interface Connection {
  readonly api: KubeApi;
  readonly config: ClientConfig;
}

/** What every verb of the core is given. */
export interface FederationDeps {
  /** Resolves a kubeconfig context (undefined: the current one); makes no request. @throws FedctlError Context*, Kubeconfig* */
  connect(context: string | undefined): Promise<Connection>;
  /**
   * Connects with settings that no kubeconfig has: what is about to be stored, and nothing besides (no proxy of the environment).
   * Makes no request. @param token asked before each request; undefined: none is sent
   */
  connectWith(config: ClientConfig, token: () => string | undefined): Promise<KubeApi>;
  readonly clock: Clock;
  /** Fires on Ctrl-C. Every connection already honours it; waits of the core must too. */
  readonly signal: AbortSignal;
  readonly report: Report;
}

/** Options that every command on a federation takes. */
export interface HostOptions {
  /** Context of the host cluster; undefined: the kubeconfig's current context. */
  readonly hostClusterContext?: string | undefined;
  /** The file that `--kubeconfig` named; for the commands of hints alone. */
  readonly kubeconfig?: string | undefined;
  /** Default kube-federation-system. */
  readonly kubefedNamespace: string;
  /** Stop between plan and apply. */
  readonly dryRun: boolean;
}
