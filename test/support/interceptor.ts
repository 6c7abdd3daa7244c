import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { Agent, request as sendRequest } from "node:https";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { openAuthority } from "../cluster/certificates.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { authorityName } from "../cluster/kubeconfig-file.ts";

/** A request that came to an interceptor whole, before anything became of it. */
export interface Arrival {
  readonly cluster: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

/** What is to become of a request. */
export type Fate =
  | { readonly kind: "pass"; readonly afterMs?: number }
  /** Answered in the server's place. */
  | { readonly kind: "answer"; readonly status: 429 | 503; readonly retryAfterSeconds?: number }
  /** The client never gets an answer; `after` the server has answered, or `before` it has seen the request. */
  | {
      readonly kind: "lose";
      readonly when: "before" | "after";
      /** How: the connection is reset, or something else ends the client. */
      readonly by: "reset" | (() => void);
    };

/** Stands before an API server, ends TLS in its place, and knows each request: over HTTP/2 and HTTP/1.1. */
export interface Interceptor extends AsyncDisposable {
  /** The cluster as it is reached through here: with a certificate of its own authority. */
  readonly cluster: ClusterDetails;
  /** Resolves when nothing is under way to the server any more, watches of clients that are gone included. */
  idle(): Promise<void>;
}

export interface InterceptorOptions {
  /** Asked once for each request. */
  decide(arrival: Arrival): Fate;
}

/** Starts an interceptor on 127.0.0.1. Clients must show a token: a client certificate ends here. */
export async function startInterceptor(cluster: ClusterDetails, options: InterceptorOptions): Promise<Interceptor> {
  const identity = openAuthority(authorityName(cluster.name), cluster.caKeyPem).issue({
    subject: { commonName: "interceptor" },
    usage: "server",
    hosts: ["127.0.0.1", "localhost"],
  });
  const agent = new Agent({ keepAlive: true, ca: cluster.caPem });
  const underWay = new Set<Promise<void>>();
  const server = createSecureServer({ allowHTTP1: true, key: identity.keyPem, cert: identity.certificatePem });
  const front = createFront(server);
  server.on("request", (incoming, answer) => {
    const work = handle({ cluster, agent, options, front, incoming, answer }).catch(() => {
      // The server or the client went away half-way: so does the other.
      front.reset(incoming);
    });
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  });
  const secured = new Set<Socket>();
  server.on("secureConnection", (socket: Socket) => {
    keep(secured, socket);
  });
  await listen(server);
  const port = await listen(front.server);
  return {
    cluster: { ...cluster, server: `https://127.0.0.1:${port}` },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      front.close();
      // HTTP/2 sessions keep a server from closing until they end by themselves.
      for (const socket of secured) socket.destroy();
      await Promise.all([front.server, server].map((each) => new Promise((resolve) => each.close(resolve))));
    },
  };
}

/** Knows the socket until it is closed. */
function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
}

async function listen(server: Server | Http2SecureServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port; // TCP, so never a pipe's name
}

interface Front {
  readonly server: Server;
  /** Ends the client's connection as a broken one ends. */
  reset(incoming: Http2ServerRequest): void;
  close(): void;
}

/** Takes the connections in, since a TLS socket cannot be reset. */
function createFront(behind: Http2SecureServer): Front {
  const clients = new Map<number | undefined, Socket>();
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const { port } = behind.address() as AddressInfo; // as in listen
    const target = connect({ port, host: "127.0.0.1", noDelay: true }, () => clients.set(target.localPort, client));
    client.pipe(target).pipe(client);
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      keep(open, one);
      one.on("error", () => undefined);
      one.on("close", () => other.destroy());
    }
    client.on("close", () => clients.delete(target.localPort));
  });
  return {
    server,
    reset: ({ socket }) => clients.get(socket.remotePort)?.resetAndDestroy(),
    close: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

interface Handling {
  readonly cluster: ClusterDetails;
  readonly agent: Agent;
  readonly options: InterceptorOptions;
  readonly front: Front;
  readonly incoming: Http2ServerRequest;
  readonly answer: Http2ServerResponse;
}

async function handle(handling: Handling): Promise<void> {
  const { incoming, answer, options, cluster, front } = handling;
  const body = await readAll(incoming);
  const fate = options.decide({ cluster: cluster.name, method: incoming.method, path: incoming.url });
  if (fate.kind === "answer") {
    refuse(answer, fate);
    return;
  }
  if (fate.kind === "pass") {
    if (fate.afterMs !== undefined) await delay(fate.afterMs);
    await pass(handling, body);
    return;
  }
  if (fate.when === "after") await sendUnheard(handling, body);
  if (fate.by === "reset") front.reset(incoming);
  else fate.by();
}

/** As what stands before API servers says it. */
function refuse(answer: Http2ServerResponse, { status, retryAfterSeconds }: Extract<Fate, { kind: "answer" }>): void {
  const retryAfter = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  answer.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...retryAfter });
  answer.end(status === 429 ? "Too many requests, please try again later." : "Service Unavailable");
}

/** Passes request and answer through; a client that leaves ends a read, while a write is done all the same. */
async function pass(handling: Handling, body: Buffer): Promise<void> {
  const { incoming, answer } = handling;
  const gone = new AbortController();
  const onGone = (): void => {
    if (incoming.method === "GET") gone.abort();
  };
  // It may have gone while its request waited, which is not told again: a watch would then last for minutes.
  if (isGone(incoming)) onGone();
  answer.once("close", onGone);
  const reply = await send(handling, body, gone.signal);
  answer.writeHead(reply.statusCode ?? 502, ofMessage(reply.headers));
  // A watch may have nothing to say for long. Over HTTP/2 the head is sent already; what comes over HTTP/1.1 is of Node's other class.
  if (incoming.httpVersionMajor === 1) (answer as unknown as ServerResponse).flushHeaders();
  for await (const chunk of reply as AsyncIterable<Buffer>) if (!answer.destroyed) answer.write(chunk);
  answer.end();
}

function isGone(incoming: Http2ServerRequest): boolean {
  return incoming.httpVersionMajor === 1 ? incoming.socket.destroyed : incoming.stream.destroyed;
}

/** Has the server do it. A read is over with its first words: it may be a watch, which has no end. */
async function sendUnheard(handling: Handling, body: Buffer): Promise<void> {
  const reply = await send(handling, body);
  if (handling.incoming.method === "GET") reply.destroy();
  else await readAll(reply);
}

function send({ cluster, agent, incoming }: Handling, body: Buffer, signal?: AbortSignal): Promise<IncomingMessage> {
  const { method } = incoming;
  const headers = { ...ofMessage(incoming.headers), "content-length": String(body.length) };
  return new Promise((resolve, reject) => {
    const url = new URL(incoming.url, cluster.server);
    const sent = sendRequest(url, { agent, method, headers, ...(signal && { signal }) }, resolve);
    sent.once("error", reject);
    sent.end(body);
  });
}

/** Without what belongs to one connection (RFC 9113, section 8.2.2). */
function ofMessage(headers: IncomingMessage["headers"]): Record<string, string | string[]> {
  const ofConnection = ["connection", "keep-alive", "transfer-encoding", "upgrade", "host", "content-length"];
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name.startsWith(":") || ofConnection.includes(name) ? [] : [[name, value]],
    ),
  );
}

async function readAll(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk); // no encoding was set
  return Buffer.concat(chunks);
}
