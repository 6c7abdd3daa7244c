import { resolve } from "node:path";
import type { ConnectorOptions, Connector, Deps } from "./commands/deps.ts";
import { ExitCode, FedctlError } from "./errors.ts";
import type { Connection } from "./federation/deps.ts";
import type { KubeApi } from "./kube/kube-api.ts";
import type { PlainRequest, SendPlain } from "./kubeconfig/oidc-tokens.ts";
import type { ClientConfig, RawConfig } from "./kubeconfig/types.ts";
import type { OutputStream } from "./output/streams.ts";

// Filled in by scripts/build.ts; absent when the source runs unbundled.
declare const __FEDCTL_VERSION__: string | undefined;
declare const __FEDCTL_COMMIT__: string | undefined;

const versionInfo = {
  version: typeof __FEDCTL_VERSION__ === "string" ? __FEDCTL_VERSION__ : "0.0.0-source",
  gitCommit: typeof __FEDCTL_COMMIT__ === "string" ? __FEDCTL_COMMIT__ : "unknown",
  nodeVersion: process.versions.node,
  platform: `${process.platform}/${process.arch}`,
};

/** What a command touches outside of itself, taken from this process. */
export function processDeps(): Deps {
  const signal = interruptSignal();
  const nodeTls = takeNodeTls();
  return {
    streams: { out: outputStream(() => process.stdout), err: outputStream(() => process.stderr) },
    env: process.env,
    cwd: process.cwd(),
    clock: { now: () => Date.now(), sleep },
    signal,
    version: versionInfo,
    readText,
    writeNewText,
    removeFile,
    connector: (options) => openConnector(options, { signal: options.signal ?? signal, nodeTls }),
  };
}

const nodeTlsVariable = "NODE_TLS_REJECT_UNAUTHORIZED";

/**
 * Node lets this variable switch off verification in whatever does not say otherwise, and announces that at each start.
 * Here kubeconfig and flags decide alone; credential plugins get it back.
 */
function takeNodeTls(): string | undefined {
  const value = process.env[nodeTlsVariable];
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an assignment would leave the text "undefined"
  delete process.env[nodeTlsVariable];
  return value;
}

/** Node makes its streams when they are first named, which takes a millisecond; most commands need but one. */
function outputStream(name: () => NodeJS.WriteStream): OutputStream {
  let opened: NodeJS.WriteStream | undefined;
  const open = (): NodeJS.WriteStream => {
    if (opened !== undefined) return opened;
    opened = name();
    // `fedctl ... | head -1` closes the pipe early: that is no error, the rest is simply not wanted.
    opened.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
    return opened;
  };
  return {
    write: (text) => void open().write(text),
    get isTTY() {
      return open().isTTY;
    },
    get columns() {
      return open().isTTY ? open().columns : undefined;
    },
  };
}

/** Fires once on Ctrl-C or SIGTERM, so that a command can stop between two writes; a second signal ends the process at once. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, (_: string, number: number) => {
      if (controller.signal.aborted) process.exit(128 + number);
      controller.abort(interrupted());
    });
  }
  return controller.signal;
}

function interrupted(): FedctlError {
  return new FedctlError("Interrupted", "interrupted", {
    exitCode: ExitCode.Interrupted,
    hint: "run the same command again to continue",
  });
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const { setTimeout: delay } = await import("node:timers/promises");
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    // The timer rejects for one reason alone: the signal fired.
    throw interrupted();
  }
}

async function readText(path: string): Promise<string> {
  try {
    const { readFile } = await import("node:fs/promises");
    if (path !== "-") return await readFile(resolve(path), "utf8");
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks).toString("utf8");
  } catch (cause) {
    throw fileError(`cannot read ${path}`, cause, "give the path of a file that exists and may be read");
  }
}

/** The path is in the message already. */
function fileError(what: string, cause: unknown, hint?: string): FedctlError {
  const reason = cause instanceof Error ? cause.message.replace(/, \w+ '.*'$/, "") : "";
  return new FedctlError("Usage", `${what}: ${reason}`, { exitCode: ExitCode.Usage, cause, hint });
}

async function writeNewText(path: string, text: string): Promise<boolean> {
  try {
    const { writeFile } = await import("node:fs/promises");
    // Does not follow a link either.
    await writeFile(resolve(path), text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
    throw fileError(`cannot write ${path}`, cause);
  }
}

async function removeFile(path: string): Promise<void> {
  try {
    const { rm } = await import("node:fs/promises");
    await rm(resolve(path), { force: true });
  } catch (cause) {
    throw fileError(`cannot remove ${path}`, cause);
  }
}

interface ConnectorHost {
  readonly signal: AbortSignal;
  /** What NODE_TLS_REJECT_UNAUTHORIZED was. */
  readonly nodeTls: string | undefined;
}

/** One kubeconfig and one cache of exec credentials serve every context of a command. */
function openConnector(options: ConnectorOptions, host: ConnectorHost): Connector {
  const opened: KubeApi[] = [];
  const added: RawConfig[] = [];
  const open = once(() => loadRooms(options, host, added));
  return {
    addEntries: (config) => void added.push(config),
    async connect(context) {
      const { connect } = await open();
      const connection = await connect(context);
      opened.push(connection.api);
      return connection;
    },
    async connectWith(config, token) {
      const { connectWith } = await open();
      const api = connectWith(config, token);
      opened.push(api);
      return api;
    },
    close() {
      for (const api of opened) api.close();
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

const insecureWay = "a cluster that is not to be verified has insecure-skip-tls-verify in the kubeconfig";

interface Rooms {
  readonly connect: (context: string | undefined) => Promise<Connection>;
  readonly connectWith: (config: ClientConfig, token: () => string | undefined) => KubeApi;
}

/** Loads what talking to clusters needs: not before a command asks for one, since `--help` does not. */
async function loadRooms(
  options: ConnectorOptions,
  { signal, nodeTls }: ConnectorHost,
  added: readonly RawConfig[],
): Promise<Rooms> {
  if (nodeTls === "0") options.onIgnored?.(`${nodeTlsVariable}=0 is ignored: ${insecureWay}`);
  const [load, merge, resolver, exec, cache, oidc, auth, bearer, kube] = await Promise.all([
    import("./kubeconfig/load.ts"),
    import("./kubeconfig/merge.ts"),
    import("./kubeconfig/resolve.ts"),
    import("./kubeconfig/exec-credential.ts"),
    import("./kubeconfig/exec-cache.ts"),
    import("./kubeconfig/oidc-tokens.ts"),
    import("./kubeconfig/authenticator.ts"),
    import("./kubeconfig/bearer-authenticator.ts"),
    import("./kube/connect.ts"),
  ]);
  const { env } = process;
  const cwd = process.cwd();
  const clock = { now: () => Date.now() };
  const { raw: loaded, warning } = await load.loadKubeconfig({ explicitPath: options.kubeconfig, env, cwd });
  const raw = merge.mergeConfigs([...added, loaded]);
  if (warning !== undefined) options.onKubeconfigWarning?.(warning);
  const runner = exec.createExecRunner({
    env: { ...env, ...(nodeTls !== undefined && { [nodeTlsVariable]: nodeTls }) },
    cwd,
    stderr: (chunk) => process.stderr.write(chunk),
    stdinIsTerminal: process.stdin.isTTY,
    timeoutMs: options.execTimeoutMs,
    ...(options.stdinIsTaken === true && { stdinUnavailable: "the command reads it" }),
  });
  const execCache = cache.createExecCache(runner, clock);
  const oidcTokens = oidc.createOidcTokens({ clock, cwd, send: (request) => sendPlain(request, env) });
  const common = {
    requestTimeoutMs: options.requestTimeoutMs,
    signal,
    userAgent: `fedctl/${versionInfo.version} (${versionInfo.platform})`,
    onRequest: options.onRequest,
    onWarning: options.onServerWarning,
  };
  return {
    async connect(context) {
      const warn = options.onKubeconfigWarning;
      const config = await resolver.resolveClientConfig(raw, { contextOverride: context, env, cwd, warn });
      const authenticator = auth.createAuthenticator(config, { execCache, oidcTokens, clock });
      return { api: kube.connectToCluster({ ...common, config, authenticator, env }), config };
    },
    connectWith(config, token) {
      const authenticator = bearer.bearerAuthenticator(token);
      return kube.connectToCluster({ ...common, config, authenticator, env: withoutProxies(env) });
    },
  };
}

/** Few users have tokens that must be refreshed, so what sends such requests is loaded for them. */
async function sendPlain(request: PlainRequest, env: NodeJS.ProcessEnv): Promise<Awaited<ReturnType<SendPlain>>> {
  const { createPlainSender } = await import("./kube/plain-request.ts");
  return createPlainSender(env)(request);
}

/** What the kube room may see of the environment where none of its proxies is to be used. */
function withoutProxies({ SSL_CERT_FILE, SSL_CERT_DIR, DISABLE_HTTP2 }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { SSL_CERT_FILE, SSL_CERT_DIR, DISABLE_HTTP2 };
}
