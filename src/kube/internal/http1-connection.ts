import { Agent, request as sendRequest, type ClientRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { collectBody } from "./body.ts";
import type { Endpoint } from "./endpoint.ts";
import { brokenConnection } from "./go-words.ts";
import type { Proxy } from "./proxy-choice.ts";
import { proxyAuthorization } from "./proxy-tunnel.ts";
import { WireFailure, type WireAnswer, type WireConnection, type WireRequest } from "./wire.ts";

/** Browsers take 6, client-go any number; 32 saturates an API server without exhausting a proxy. */
const maxSockets = 32;

export interface Http1Options {
  readonly endpoint: Endpoint;
  /** A socket that is open already; the first request takes it. */
  readonly first: Socket;
  /** Opens a further one. */
  dial(): Promise<Socket>;
  /** Set: requests name the whole URL. */
  readonly forwardProxy: Proxy | undefined;
}

/** A pool of HTTP/1.1 connections that stay open between requests. Idle ones do not keep the process alive. */
export function openHttp1(options: Http1Options): WireConnection {
  let first: Socket | undefined = options.first;
  let closed = false;
  const agent = new Agent({ keepAlive: true, maxSockets, maxFreeSockets: maxSockets, scheduling: "lifo" });
  agent.createConnection = (_options, done): undefined => {
    const ready = first?.destroyed === false ? Promise.resolve(first) : options.dial();
    first = undefined;
    ready.then(
      (socket) => done?.(null, socket as Duplex),
      // Node's type wants a socket beside the error; none is looked at.
      (error: unknown) => done?.(error as Error, undefined as unknown as Duplex),
    );
  };
  return {
    get usable() {
      return !closed;
    },
    maxConcurrent: maxSockets,
    send: (request) => send(agent, options, request),
    close: () => {
      closed = true;
      // Sockets in use end when they are set free.
      agent.maxFreeSockets = 0;
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    },
  };
}

function send(agent: Agent, options: Http1Options, request: WireRequest): Promise<WireAnswer> {
  const { endpoint, forwardProxy } = options;
  const { signal, method, body } = request;
  const proxyAuth = forwardProxy === undefined ? undefined : proxyAuthorization(forwardProxy);
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const sent = sendRequest({
      agent,
      method,
      host: endpoint.host,
      port: endpoint.port,
      path: forwardProxy === undefined ? request.path : `${endpoint.origin}${request.path}`,
      setHost: false,
      headers: {
        ...(request.headers as Record<string, string | string[]>), // Node only reads them
        host: endpoint.authority,
        ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
        ...(proxyAuth !== undefined && { "proxy-authorization": proxyAuth }),
      },
    });
    const onAbort = (): void => {
      sent.destroy(signal.reason as Error); // Whoever aborts gives an error.
    };
    signal.addEventListener("abort", onAbort, { once: true });
    sent.once("close", () => {
      signal.removeEventListener("abort", onAbort);
    });
    sent.once("response", (response) => {
      resolve(toAnswer(response, signal));
    });
    sent.on("error", (error) => {
      reject(failureOf(error, sent, signal));
    });
    sent.end(body);
  });
}

function failureOf(error: Error, sent: ClientRequest, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason as Error; // Whoever aborts gives an error.
  // Dialling failed; that error says so itself.
  if (sent.socket === null) return error;
  return error instanceof WireFailure ? error : brokenConnection(error, "lost");
}

function toAnswer(response: IncomingMessage, signal: AbortSignal): WireAnswer {
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: response,
    collect: () =>
      collectBody(response, {
        signal,
        hasClosed: () => response.closed,
        isWhole: () => response.complete,
        failure: () => brokenConnection(response.errored ?? undefined, "lost"),
      }),
  };
}
