import type { WireFailure } from "./wire.ts";

/** How one try of a request ended. */
export type Outcome =
  | { readonly kind: "answer"; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly kind: "failure"; readonly failure: WireFailure };

export interface RetryFacts {
  /** A read: repeating it changes nothing. */
  readonly isRead: boolean;
  /** A 5xx is not tried again. */
  readonly takesServerErrors: boolean;
  /** Tries so far, this one included. */
  readonly tries: number;
  /** Whether this server was ever reached; one that never was is reported at once, as kubectl does. */
  readonly wasConnected: boolean;
  /** What is left of the request's time. */
  readonly remainingMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/** finish: that is the result; repeat: try again after so long. */
export type Decision = { readonly kind: "finish" } | { readonly kind: "repeat"; readonly afterMs: number };

// client-go's ten repetitions for Retry-After; the rest is for what does not say when to come back.
const maxTriesWhenAsked = 11;
// Some eleven seconds. A connection that breaks takes all its requests along, so one request may meet many that were another's fault.
const maxTriesOnFailure = 10;
// Some seven seconds: what an API server takes to start again.
const maxTriesOnDial = 8;
const firstWaitMs = 100;
const longestWaitMs = 3_000;
const finish: Decision = { kind: "finish" };

/**
 * Whether to try again. A write is repeated when the server provably did not do it: it said so (429) or never looked at it. After
 * a 5xx it may have been done; it is repeated where the answer to the second (409, 404) tells that. A write that was lost half-way
 * finishes here: it must be checked first.
 */
export function decideRetry(outcome: Outcome, facts: RetryFacts): Decision {
  const afterMs = outcome.kind === "answer" ? waitForAnswer(outcome, facts) : waitForFailure(outcome.failure, facts);
  // Waiting past the deadline only hides what the server said.
  return afterMs === undefined || afterMs >= facts.remainingMs ? finish : { kind: "repeat", afterMs };
}

function waitForAnswer(outcome: Extract<Outcome, { kind: "answer" }>, facts: RetryFacts): number | undefined {
  const { status, retryAfterMs } = outcome;
  if (status !== 429 && (status < 500 || facts.takesServerErrors)) return undefined;
  if (retryAfterMs !== undefined) {
    if (facts.tries >= maxTriesWhenAsked) return undefined;
    // A little later than asked, and not all at once.
    return Math.max(retryAfterMs, firstWaitMs) * (1 + 0.2 * facts.random);
  }
  // What stands before a server says 502 and 503 while the server starts again.
  const mayHelp = status === 429 || status === 502 || status === 503;
  return mayHelp && facts.tries < maxTriesOnFailure ? backoffMs(facts) : undefined;
}

function waitForFailure(failure: WireFailure, facts: RetryFacts): number | undefined {
  const isDial = failure.stage === "dial";
  if (!failure.passing || facts.tries >= (isDial ? maxTriesOnDial : maxTriesOnFailure)) return undefined;
  if (isDial && !facts.wasConnected) return undefined;
  if (failure.stage === "lost" && !facts.isRead) return undefined;
  return backoffMs(facts);
}

/** 100, 200, 400 ms ... with half of it by chance, so that callers that failed together do not come back together. */
export function backoffMs({ tries, random }: Pick<RetryFacts, "tries" | "random">): number {
  const fullMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (tries - 1));
  return fullMs * (0.5 + 0.5 * random);
}

/** The seconds form of Retry-After; client-go knows no other. */
export function readRetryAfter(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
