import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";

/** A list is sent as that many headers. */
export type WireHeaders = Readonly<Record<string, string | readonly string[]>>;

export interface WireRequest {
  readonly method: string;
  /** From the root of the host, with the query. */
  readonly path: string;
  readonly headers: WireHeaders;
  readonly body: string | undefined;
  /** Ends the request on the socket; `send` and the body then reject with its reason. */
  readonly signal: AbortSignal;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
  /** The whole body. @throws WireFailure "lost" when the connection ends before the body does */
  collect(): Promise<Buffer>;
}

/** One session, or a pool of sockets, to one server. */
export interface WireConnection {
  /** False once it takes no more requests: closed, or told by the server to go away. */
  readonly usable: boolean;
  /** How many requests it can take at a time. */
  readonly maxConcurrent: number;
  /** @throws WireFailure, or the signal's reason */
  send(request: WireRequest): Promise<WireAnswer>;
  /** Lets what is under way finish, then closes. */
  close(): void;
}

/**
 * How far a request came:
 * dial: no connection was made; refused: the server provably never looked at it; lost: it may have been done.
 */
export type FailureStage = "dial" | "refused" | "lost";

/** No answer came. The message is in the words that kubectl's users know. */
export class WireFailure extends Error {
  override readonly name = "WireFailure";
  readonly stage: FailureStage;
  readonly kind: "network" | "tls" | "timeout";
  /** Whether trying again soon can help: a refused port yes, an unknown host no. */
  readonly passing: boolean;

  constructor(
    message: string,
    options: { stage: FailureStage; kind?: "network" | "tls" | "timeout"; passing?: boolean; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.stage = options.stage;
    this.kind = options.kind ?? "network";
    this.passing = options.passing ?? options.stage !== "dial";
  }
}
