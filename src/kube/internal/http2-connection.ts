import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { collectBody } from "./body.ts";
import type { Endpoint } from "./endpoint.ts";
import { brokenConnection } from "./go-words.ts";
import { watchedSocket } from "./watched-socket.ts";
import { WireFailure, type WireAnswer, type WireConnection, type WireRequest } from "./wire.ts";

// With the default 64 kB windows parallel lists wait a round trip for each 64 kB.
const streamWindowBytes = 4 * 1024 * 1024;
const connectionWindowBytes = 16 * 1024 * 1024;
// Node's default of 10 MB refuses streams while several large lists arrive. A ceiling, not a reservation.
const maxSessionMemoryMegabytes = 256;
// What client-go does with a silent connection.
const silenceMs = 30_000;
const pingTimeoutMs = 15_000;

interface SessionState {
  readonly session: ClientHttp2Session;
  readonly endpoint: Endpoint;
  readonly open: Set<ClientHttp2Stream>;
  /** The highest stream the server looked at, once it said so. */
  goawayLastStream: number | undefined;
  lastHeardMs: number;
  error: Error | undefined;
  watchdog: NodeJS.Timeout | undefined;
}

/** One HTTP/2 session over a socket that agreed on h2. Keeps the process alive only while requests are open. */
export function openHttp2(socket: Socket, endpoint: Endpoint): WireConnection {
  const session = connect(endpoint.origin, {
    createConnection: () => watchedSocket(socket),
    settings: { initialWindowSize: streamWindowBytes, enablePush: false },
    maxSessionMemory: maxSessionMemoryMegabytes,
  });
  const state: SessionState = {
    session,
    endpoint,
    open: new Set(),
    goawayLastStream: undefined,
    lastHeardMs: performance.now(),
    error: undefined,
    watchdog: undefined,
  };
  session.once("connect", () => {
    session.setLocalWindowSize(connectionWindowBytes);
  });
  session.on("error", (error: Error) => {
    state.error = error;
  });
  session.on("goaway", (_code, lastStream: number) => {
    state.goawayLastStream = lastStream;
  });
  session.once("close", () => {
    clearInterval(state.watchdog);
  });
  return {
    get usable() {
      return !session.closed && !session.destroyed;
    },
    get maxConcurrent() {
      // Absent until the server's settings came.
      return session.remoteSettings.maxConcurrentStreams ?? 100;
    },
    send: (request) => send(state, request),
    close: () => {
      session.close();
    },
  };
}

function send(state: SessionState, request: WireRequest): Promise<WireAnswer> {
  const { signal } = request;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const sentMs = performance.now();
    const stream = openStream(state, request);
    let answered = false;
    const onAbort = (): void => {
      stream.close(constants.NGHTTP2_CANCEL);
      retireIfSilent(state, sentMs);
      reject(signal.reason as Error); // Whoever aborts gives an error.
    };
    signal.addEventListener("abort", onAbort, { once: true });
    // "close" follows, and asks for it.
    stream.on("error", () => undefined);
    stream.once("response", (headers) => {
      answered = true;
      state.lastHeardMs = performance.now();
      resolve(toAnswer({ stream, headers, state, signal }));
    });
    stream.once("close", () => {
      signal.removeEventListener("abort", onAbort);
      state.open.delete(stream);
      if (state.open.size === 0) rest(state);
      if (!answered) void failureOf(state, stream).then(reject);
    });
    stream.end(request.body);
  });
}

function openStream(state: SessionState, request: WireRequest): ClientHttp2Stream {
  const { session, endpoint } = state;
  try {
    const stream = session.request(
      {
        ":method": request.method,
        ":scheme": "https",
        ":authority": endpoint.authority,
        ":path": request.path,
        ...request.headers,
      },
      { endStream: false },
    );
    if (state.open.size === 0) wake(state);
    state.open.add(stream);
    return stream;
  } catch (cause) {
    if (!session.closed && !session.destroyed) throw cause;
    // It closed between our look at it and now: nothing was sent.
    throw new WireFailure("http2: client connection lost", { stage: "refused", cause });
  }
}

interface AnswerParts {
  readonly stream: ClientHttp2Stream;
  readonly headers: WireAnswer["headers"] & { readonly ":status"?: number | undefined };
  readonly state: SessionState;
  readonly signal: AbortSignal;
}

function toAnswer({ stream, headers, state, signal }: AnswerParts): WireAnswer {
  let hasClosed = false;
  stream.once("close", () => (hasClosed = true));
  return {
    status: headers[":status"] ?? 0,
    headers,
    body: stream,
    collect: () =>
      collectBody(stream, {
        signal,
        hasClosed: () => hasClosed,
        isWhole: () => stream.rstCode === constants.NGHTTP2_NO_ERROR && !stream.aborted,
        failure: () => brokenConnection(stream.errored ?? state.error, "lost"),
      }),
  };
}

/** Why a stream closed without an answer. A server's GOAWAY is told a tick after the streams that it ends. */
async function failureOf(state: SessionState, stream: ClientHttp2Stream): Promise<WireFailure> {
  await new Promise(setImmediate);
  const { goawayLastStream } = state;
  const beyond = goawayLastStream !== undefined && stream.id !== undefined && stream.id > goawayLastStream;
  const refused = stream.id === undefined || stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || beyond;
  return brokenConnection(stream.errored ?? state.error, refused ? "refused" : "lost");
}

/** Nothing came since the request that ran out of time: later ones had better take another connection. */
function retireIfSilent(state: SessionState, sentMs: number): void {
  if (state.lastHeardMs < sentMs) state.session.close();
}

function wake(state: SessionState): void {
  state.session.ref();
  state.lastHeardMs = Math.max(state.lastHeardMs, performance.now() - silenceMs / 2);
  state.watchdog ??= setInterval(() => {
    pingIfSilent(state);
  }, silenceMs / 2).unref();
}

function rest(state: SessionState): void {
  clearInterval(state.watchdog);
  state.watchdog = undefined;
  if (!state.session.destroyed) state.session.unref();
}

function pingIfSilent(state: SessionState): void {
  const { session } = state;
  if (session.destroyed || performance.now() - state.lastHeardMs < silenceMs) return;
  const timer = setTimeout(() => {
    session.destroy(new Error("no answer to a ping"));
  }, pingTimeoutMs);
  session.ping((error) => {
    clearTimeout(timer);
    if (error === null) state.lastHeardMs = performance.now();
  });
}
