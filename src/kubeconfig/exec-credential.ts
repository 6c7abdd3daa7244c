import { readExecAnswer } from "./internal/exec-answer.ts";
import { ExecFailure, executableNotFound } from "./internal/exec-failure.ts";
import { execInfo } from "./internal/exec-info.ts";
import { findExecutable } from "./internal/find-executable.ts";
import { runPlugin } from "./internal/plugin-process.ts";
import type { ExecConfig, KeyPair } from "./types.ts";

/** What a plugin is told about the cluster when it asks with provideClusterInfo. */
export interface ExecClusterInfo {
  readonly server: string;
  readonly tlsServerName: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly certificateAuthorityData: Buffer | undefined;
  readonly proxyUrl: string;
  readonly disableCompression: boolean;
}

export interface ExecRequest {
  readonly exec: ExecConfig;
  /** The cluster's extension for exec plugins, or null. */
  readonly clusterExtension: unknown;
  /** Only with provideClusterInfo. */
  readonly cluster: ExecClusterInfo | undefined;
}

/** What a plugin returned: a token, a certificate, or both. */
export interface ExecCredential {
  /** "" when there is none. */
  readonly token: string;
  readonly keyPair: KeyPair | undefined;
  /** undefined: good until the server refuses it. */
  readonly expiresAtMs: number | undefined;
}

/** What of this process a plugin gets to see. */
export interface ExecHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Where the plugin's stderr goes, as it comes: it may hold a device code to type in elsewhere. */
  readonly stderr: "inherit" | ((chunk: Uint8Array) => void);
  readonly stdinIsTerminal: boolean;
  /** Why the plugin cannot have standard input, when the command reads it itself. */
  readonly stdinUnavailable?: string | undefined;
  /** Default: none. */
  readonly timeoutMs?: number | undefined;
}

/** Runs a plugin once. @throws ExecFailure (internal); whatever the signal gives when it fires */
export type ExecRunner = (request: ExecRequest, signal: AbortSignal) => Promise<ExecCredential>;

/** Runs exec credential plugins as client-go does: its environment, its KUBERNETES_EXEC_INFO, its texts; never a shell. */
export function createExecRunner(host: ExecHost): ExecRunner {
  return async (request, signal) => {
    const { exec } = request;
    const interactive = isInteractive(exec.interactiveMode, host);
    const file = await findExecutable(exec.command, { path: host.env["PATH"], cwd: host.cwd });
    if (file === undefined) throw executableNotFound(exec.command, exec.installHint);
    const variables = exec.env.map(({ name, value }): [string, string] => [name, value]);
    const env = {
      ...host.env,
      ...Object.fromEntries(variables),
      // Last, so that neither the kubeconfig nor a plugin above us can set it.
      KUBERNETES_EXEC_INFO: execInfo(request, interactive),
    };
    const { command, args } = exec;
    const { cwd, stderr } = host;
    const stdout = await withTimeout(host.timeoutMs, command, (timeout) =>
      runPlugin({ file, command, args, env, cwd, interactive, stderr }, anyOf(signal, timeout)),
    );
    return readExecAnswer(stdout, exec.apiVersion);
  };
}

function isInteractive(mode: string, host: ExecHost): boolean {
  const refused = (why: string): ExecFailure =>
    new ExecFailure(
      `exec plugin cannot support interactive mode: ${why}`,
      "run the command in a terminal with nothing piped into it",
    );
  switch (mode) {
    case "Never":
      return false;
    case "IfAvailable":
      return host.stdinIsTerminal && host.stdinUnavailable === undefined;
    case "Always":
      if (!host.stdinIsTerminal) throw refused("standard input is not a terminal");
      if (host.stdinUnavailable !== undefined) throw refused(unavailable(host.stdinUnavailable));
      return true;
    default:
      throw refused(`unknown interactiveMode: ${JSON.stringify(mode)}`);
  }
}

function unavailable(why: string): string {
  return why === "" ? "standard input is unavailable" : `standard input is unavailable: ${why}`;
}

async function withTimeout(
  timeoutMs: number | undefined,
  command: string,
  run: (timeout: AbortSignal | undefined) => Promise<string>,
): Promise<string> {
  if (timeoutMs === undefined) return run(undefined);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await run(timeout);
  } catch (error) {
    if (!timeout.aborted || error !== timeout.reason) throw error;
    throw new ExecFailure(
      `exec: executable ${command} did not answer within ${timeoutMs / 1000} s`,
      "run the same command again, with more time: --exec-timeout",
    );
  }
}

function anyOf(signal: AbortSignal, timeout: AbortSignal | undefined): AbortSignal {
  return timeout === undefined ? signal : AbortSignal.any([signal, timeout]);
}
