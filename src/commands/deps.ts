import type { Clock, Connection, FederationDeps } from "../federation/deps.ts";
import type { RawConfig } from "../kubeconfig/types.ts";
import type { OutputStream } from "../output/streams.ts";

export interface Streams {
  /** Results, and nothing else. */
  readonly out: OutputStream;
  /** Progress, warnings, errors. */
  readonly err: OutputStream;
}

export interface VersionInfo {
  readonly version: string;
  /** Of the source it was built from; "unknown" when that had no git. */
  readonly gitCommit: string;
  readonly nodeVersion: string;
  /** `linux/x64`. */
  readonly platform: string;
}

export interface ConnectorOptions {
  /** `--kubeconfig`. */
  readonly kubeconfig?: string | undefined;
  readonly requestTimeoutMs: number;
  /** `--exec-timeout`: the limit for each run of a credential plugin. */
  readonly execTimeoutMs: number;
  /** The command reads standard input itself, so that no credential plugin may. */
  readonly stdinIsTaken?: boolean | undefined;
  /** Ends the connections, in place of Ctrl-C and SIGTERM: for a command that ends what is under way before it ends. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each request; the URL holds no secret. */
  readonly onRequest?: ((request: RequestTrace) => void) | undefined;
  /** What the environment says and is not heeded. */
  readonly onIgnored?: ((text: string) => void) | undefined;
  /** What is odd about the configuration and no error. */
  readonly onKubeconfigWarning?: ((text: string) => void) | undefined;
  /** `Warning:` headers of a server. */
  readonly onServerWarning?: ((text: string) => void) | undefined;
}

export interface RequestTrace {
  readonly method: string;
  readonly url: string;
  /** 0 when no answer came. */
  readonly status: number;
  readonly ms: number;
}

/** Makes connections from kubeconfig contexts; one kubeconfig read and one exec run serve them all. */
export interface Connector {
  connect(context: string | undefined): Promise<Connection>;
  readonly connectWith: FederationDeps["connectWith"];
  /** Entries that go before those of the files, for this process alone. Call it before the first connection. */
  addEntries(config: RawConfig): void;
  /** Lets the process end: closes idle connections. */
  close(): void;
}

/** Everything a command touches outside of itself. Tests give their own; `runtime.ts` gives the process's. */
export interface Deps {
  readonly streams: Streams;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** Fires on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  readonly version: VersionInfo;
  /** A file's text; "-" is standard input. @throws FedctlError Usage naming the file */
  readText(path: string): Promise<string>;
  /** Writes a file that only its owner can read; false, and nothing written, when there is one. @throws FedctlError Usage naming the file */
  writeNewText(path: string, text: string): Promise<boolean>;
  /** That it is gone already is fine. @throws FedctlError Usage naming the file */
  removeFile(path: string): Promise<void>;
  connector(options: ConnectorOptions): Connector;
}
