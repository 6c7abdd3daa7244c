import type { FedctlError } from "../../errors.ts";
import { interruptedError, readServerFailure, serverError, unreachableError } from "../errors.ts";
import type { Call, Lost, Reply } from "./call.ts";
import { createExchanger, type Exchange, type ExchangeOptions, type Tried } from "./exchange.ts";
import { openLifetime, type Lifetime } from "./lifetime.ts";
import type { SignalHub } from "./signal-hub.ts";
import { WireFailure, type WireAnswer } from "./wire.ts";

export interface RequesterOptions extends ExchangeOptions {
  readonly hub: SignalHub;
  /** Of the whole connection. */
  readonly signal: AbortSignal;
  readonly requestTimeoutMs: number;
}

export interface StreamReply {
  readonly answer: WireAnswer;
  /** Ends the stream when the caller's signal fires; to be ended by who reads. */
  readonly lifetime: Lifetime;
}

/** Sends calls: credentials, timeouts, retries, redirects. What an answer means is the caller's business. */
export interface Requester {
  /**
   * Sends until there is an answer, or until a write is lost half-way.
   * @throws FedctlError ServerUnreachable, ServerTLSFailure, ServerTimedOut, Interrupted, CredentialUnavailable
   */
  send(call: Call): Promise<Reply | Lost>;
  /** Sends a read whose answer is read as it comes; the timeout ends with its headers. @throws as `send`, and Server* */
  open(call: Call): Promise<StreamReply>;
}

/** Makes a {@link Requester}. */
export function createRequester(options: RequesterOptions): Requester {
  const run = createExchanger(options);
  const { endpoint } = options;

  function begin(call: Call, isStream: boolean): Exchange {
    const signals = [options.signal, call.options?.signal];
    const timeoutMs = call.options?.timeoutMs ?? options.requestTimeoutMs;
    const lifetime = openLifetime({ hub: options.hub, signals, timeoutMs });
    const path = `${endpoint.prefix}${call.path}`;
    return { call, lifetime, isStream, path, tries: 0, redirects: 0, refreshed: false, mayBeSecond: false };
  }

  /** Runs an exchange; every end but an answer and a lost write is thrown as FedctlError. */
  async function settle(exchange: Exchange): Promise<Tried> {
    const tried = await run(exchange).catch((error: unknown) => {
      const { signal } = exchange.lifetime;
      // Whatever was under way reports the end in its own way; why is the signal's to say.
      throw signal.aborted ? endedEarly(exchange, signal.reason) : error;
    });
    if (tried.kind === "answer") return tried;
    const isLostWrite = tried.failure.stage === "lost" && isWrite(exchange.call);
    if (isLostWrite) return tried;
    throw noAnswer(exchange, tried.failure);
  }

  function endedEarly(exchange: Exchange, reason: unknown): FedctlError {
    const isTimeout = reason instanceof WireFailure;
    return isTimeout ? noAnswer(exchange, reason) : interruptedError(exchange.call.attempt, isWrite(exchange.call));
  }

  function noAnswer({ call, path }: Exchange, failure: WireFailure): FedctlError {
    return unreachableError(call.attempt, { method: call.method, url: `${endpoint.origin}${path}` }, failure);
  }

  return {
    async send(call) {
      const exchange = begin(call, false);
      try {
        const tried = await settle(exchange);
        if (tried.kind === "failure") return { kind: "lost", failure: tried.failure };
        const { answer, text } = tried.sent;
        const contentType = answer.headers["content-type"] ?? "";
        return { kind: "reply", status: answer.status, contentType, text, mayBeSecond: exchange.mayBeSecond };
      } finally {
        exchange.lifetime.end();
      }
    },
    async open(call) {
      const exchange = begin(call, true);
      const { lifetime } = exchange;
      try {
        const tried = await settle(exchange);
        if (tried.kind === "failure") throw noAnswer(exchange, tried.failure);
        const { answer, text } = tried.sent;
        if (answer.status > 299) throw serverError(call.attempt, readServerFailure(answer.status, text));
        return { answer, lifetime };
      } catch (error) {
        lifetime.end();
        throw error;
      }
    },
  };
}

function isWrite({ method }: Call): boolean {
  return method !== "GET";
}
