import type { Call } from "./call.ts";
import type { Lifetime } from "./lifetime.ts";
import { followRedirect } from "./redirect.ts";
import { decideRetry, readRetryAfter, type Outcome } from "./retry.ts";
import { createSender, type SenderOptions, type Sent } from "./sender.ts";
import { WireFailure } from "./wire.ts";

export interface ExchangeOptions extends SenderOptions {
  readonly clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> };
  readonly random: () => number;
}

/** How an exchange ended: with an answer of whatever status, or without one. */
export type Tried =
  (Outcome & { readonly kind: "answer"; readonly sent: Sent }) | (Outcome & { readonly kind: "failure" });

/** What is under way for one call. */
export interface Exchange {
  readonly call: Call;
  readonly lifetime: Lifetime;
  /** Leave the body of a good answer to be read as a stream. */
  readonly isStream: boolean;
  /** From the root of the host; a redirect changes it. */
  path: string;
  tries: number;
  redirects: number;
  refreshed: boolean;
  /** An earlier try was answered 5xx: it may have been done. */
  mayBeSecond: boolean;
}

const maxRedirects = 10;

/** Returns what sends a call until it has its answer or cannot be repeated. Throws the signal's reason, and FedctlErrors. */
export function createExchanger(options: ExchangeOptions): (exchange: Exchange) => Promise<Tried> {
  const sendOnce = createSender(options);
  const { clock, random, transport } = options;
  return async (exchange) => {
    for (;;) {
      const tried = await tryOnce(sendOnce, exchange);
      if (tried.kind === "answer" && (await isToBeResent(options, exchange, tried.sent))) continue;
      exchange.tries += 1;
      const decision = decideRetry(tried, {
        isRead: exchange.call.method === "GET",
        takesServerErrors: exchange.call.takesServerErrors === true,
        tries: exchange.tries,
        wasConnected: transport.wasConnected,
        remainingMs: exchange.lifetime.remainingMs(),
        random: random(),
      });
      if (decision.kind === "finish") {
        // The others need not each find that out for themselves.
        if (tried.kind === "failure" && tried.failure.stage === "dial") transport.giveUp();
        return tried;
      }
      exchange.mayBeSecond ||= tried.kind === "answer" && tried.status >= 500;
      await clock.sleep(decision.afterMs, exchange.lifetime.signal);
    }
  };
}

async function tryOnce(sendOnce: ReturnType<typeof createSender>, exchange: Exchange): Promise<Tried> {
  try {
    const sent = await sendOnce(exchange);
    const retryAfterMs = readRetryAfter(sent.answer.headers["retry-after"]);
    return { kind: "answer", status: sent.answer.status, retryAfterMs, sent };
  } catch (error) {
    // A signal's reason may be one too: it ends the exchange.
    if (!(error instanceof WireFailure) || exchange.lifetime.signal.aborted) throw error;
    return { kind: "failure", failure: error };
  }
}

/** Whether an answer is none yet: other credentials, or another path, are to be tried at once. */
async function isToBeResent(options: ExchangeOptions, exchange: Exchange, sent: Sent): Promise<boolean> {
  const { status, headers } = sent.answer;
  if (status === 401 && !exchange.refreshed) {
    exchange.refreshed = true;
    return await options.authenticator.refresh(sent.credentials, exchange.lifetime.signal);
  }
  if (status < 300 || status > 399 || exchange.redirects >= maxRedirects) return false;
  const { call, path } = exchange;
  const next = followRedirect({ call, path, endpoint: options.endpoint, status, location: headers.location });
  if (next === undefined) return false;
  exchange.path = next;
  exchange.redirects += 1;
  return true;
}
