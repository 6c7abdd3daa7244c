import type { KeyPair } from "../../kubeconfig/types.ts";
import { createDialer, type DialConfig, type Dialer } from "./dial.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Environment } from "./proxy-choice.ts";
import { WireFailure, type WireAnswer, type WireConnection, type WireRequest } from "./wire.ts";

export interface Transport {
  /** Sends over the current connection, or over a new one when there is none or the client certificate changed. */
  send(request: WireRequest, certificate: KeyPair | undefined): Promise<WireAnswer>;
  /** Has a connection ready for the next request. */
  open(certificate: KeyPair | undefined, signal: AbortSignal): Promise<void>;
  /** True once any connection was made, until the server is given up. */
  readonly wasConnected: boolean;
  /** The server is away for good: from now on it counts as one that was never reached. */
  giveUp(): void;
  close(): void;
}

export interface TransportOptions {
  readonly config: DialConfig;
  readonly endpoint: Endpoint;
  readonly env: Environment;
  /** How many requests the connection at hand takes at a time. */
  onCapacity(maxConcurrent: number): void;
}

/** A connection being made, shared by all who wait for it; given up when nobody does. */
interface Dialing {
  readonly certificate: KeyPair | undefined;
  readonly connection: Promise<WireConnection>;
  readonly abort: AbortController;
  waiting: number;
}

/** Keeps one connection (HTTP/2 session or HTTP/1.1 pool) to a server, and replaces it when it is spent. */
export function createTransport(options: TransportOptions): Transport {
  let dialer: Dialer | undefined;
  let dialing: Dialing | undefined;
  let current: { readonly certificate: KeyPair | undefined; readonly connection: WireConnection } | undefined;
  let wasConnected = false;

  async function open(certificate: KeyPair | undefined, signal: AbortSignal): Promise<WireConnection> {
    dialer ??= createDialer(options.endpoint, options.config, options.env);
    const connection = await connectBy(dialer, { ...options, certificate, signal });
    wasConnected = true;
    current?.connection.close();
    current = { certificate, connection };
    return connection;
  }

  function startDialing(certificate: KeyPair | undefined): Dialing {
    const abort = new AbortController();
    const started: Dialing = { certificate, abort, waiting: 0, connection: open(certificate, abort.signal) };
    const forget = (): void => {
      if (dialing === started) dialing = undefined;
    };
    started.connection.then(forget, forget);
    return started;
  }

  async function connectionFor(certificate: KeyPair | undefined, signal: AbortSignal): Promise<WireConnection> {
    if (current?.connection.usable === true && current.certificate === certificate) return current.connection;
    if (dialing?.certificate !== certificate || dialing?.abort.signal.aborted === true) dialing = undefined;
    return await joinDialing((dialing ??= startDialing(certificate)), signal);
  }

  return {
    get wasConnected() {
      return wasConnected;
    },
    giveUp() {
      wasConnected = false;
    },
    async open(certificate, signal) {
      await connectionFor(certificate, signal);
    },
    async send(request, certificate) {
      const connection = await connectionFor(certificate, request.signal);
      options.onCapacity(connection.maxConcurrent);
      return await connection.send(request);
    },
    close() {
      current?.connection.close();
      current = undefined;
    },
  };
}

async function joinDialing(dialing: Dialing, signal: AbortSignal): Promise<WireConnection> {
  dialing.waiting += 1;
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = (): void => {
      reject(signal.reason as Error); // Whoever aborts gives an error.
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([dialing.connection, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener("abort", onAbort);
    dialing.waiting -= 1;
    if (dialing.waiting === 0) dialing.abort.abort(new WireFailure("nobody waits for it", { stage: "dial" }));
  }
}

interface OpenOptions extends TransportOptions {
  readonly certificate: KeyPair | undefined;
  readonly signal: AbortSignal;
}

async function connectBy(dialer: Dialer, options: OpenOptions): Promise<WireConnection> {
  const { endpoint, env, certificate, signal } = options;
  const wantsHttp2 = endpoint.secure && (env["DISABLE_HTTP2"] ?? "") === "";
  const protocols = wantsHttp2 ? ["h2", "http/1.1"] : ["http/1.1"];
  const opening = dialer.dial(certificate, protocols, signal);
  // Loads while the network is at it.
  const [{ socket, protocol }, http2] = await Promise.all([
    opening,
    wantsHttp2 ? import("./http2-connection.ts") : undefined,
  ]);
  // Whoever uses the socket learns of errors by its close; an unheard one would end the process.
  socket.on("error", () => undefined);
  // Its close has been told already, and would not be told again to who uses it now.
  if (socket.destroyed) throw new WireFailure("connection lost", { stage: "dial", passing: true });
  if (http2 !== undefined && protocol === "h2") return http2.openHttp2(socket, endpoint);
  const { openHttp1 } = await import("./http1-connection.ts");
  const dialAnother = async () => (await dialer.dial(certificate, ["http/1.1"], AbortSignal.timeout(30_000))).socket;
  return openHttp1({ endpoint, first: socket, forwardProxy: dialer.forwardProxy, dial: dialAnother });
}
