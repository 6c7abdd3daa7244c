import { FedctlError } from "../errors.ts";
import type { Clock } from "../federation/deps.ts";
import type { LeaderLock, LeaderRecord } from "./leader-locks.ts";

/** KubeFed's own: `spec.leaderElect` of the KubeFedConfig. */
export interface LeaseTimes {
  /** A lock that nobody renewed for so long may be taken. */
  readonly leaseMs: number;
  /** A leader that could not renew for so long stops. Shorter than the lease, so that it has stopped when another begins. */
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

/** How a try to get or keep a lock ended. */
export type Attempt =
  | { readonly kind: "held" }
  /** Somebody else has it. */
  | { readonly kind: "taken"; readonly holder: string };

/** One lock as one candidate sees it. */
export interface Claim {
  readonly label: string;
  /** Takes or renews the lock. @throws FedctlError Server* */
  claim(signal: AbortSignal): Promise<Attempt>;
  /** Gives the lock back, when it is this candidate's. Another can take it at once. */
  release(signal: AbortSignal): Promise<void>;
}

export interface ClaimOptions {
  readonly lock: LeaderLock;
  /** Candidates with the same name share the lock. */
  readonly identity: string;
  readonly times: LeaseTimes;
  readonly clock: Pick<Clock, "now">;
  /** The lock is looked at and left alone: for a lock of others that must not be held by anybody. */
  readonly readOnly?: boolean;
  /** What is written for the holder to read while somebody else has it; now and then, and each time another text. */
  readonly wish?: () => string | undefined;
  /** Told, while it is held, of a wish of somebody who is alive: it was seen to change. */
  readonly onWish?: (wish: string) => void;
  /** It is not given back: others of the same name may still need it. */
  readonly isShared?: boolean;
}

/**
 * Makes a {@link Claim}. Whether a lock has run out is judged by how long this candidate has not seen it change, in the time of its own
 * process: clocks of machines differ, and jump.
 */
export function createClaim(options: ClaimOptions): Claim {
  const { lock, identity, times, clock, readOnly = false, isShared = false } = options;
  const wishes = createWishes(options);
  let seen: { readonly text: string; readonly atMs: number } | undefined;

  function ageOf(record: LeaderRecord): number {
    const text = textOf(record);
    const nowMs = performance.now();
    if (seen?.text !== text) seen = { text, atMs: nowMs };
    return nowMs - seen.atMs;
  }

  function nextRecord(last: LeaderRecord | undefined): LeaderRecord {
    const now = new Date(clock.now()).toISOString();
    const isOurs = last?.holder === identity;
    return {
      holder: identity,
      leaseSeconds: Math.ceil(times.leaseMs / 1_000),
      acquiredAt: isOurs ? last.acquiredAt : now,
      renewedAt: now,
      transitions: (last?.transitions ?? 0) + (isOurs || last === undefined ? 0 : 1),
    };
  }

  /** Undefined when it may be written. */
  function judge(last: LeaderRecord): Attempt | undefined {
    const ageMs = ageOf(last);
    // One of those who share it may have renewed it a moment ago.
    if (last.holder === identity) return ageMs < times.retryMs / 2 ? { kind: "held" } : undefined;
    const isFree = last.holder === "" || ageMs >= Math.max(times.leaseMs, last.leaseSeconds * 1_000);
    return isFree ? undefined : { kind: "taken", holder: last.holder };
  }

  /** Who waits wrote a wish in between: that must not cost the renewal. */
  async function writeAgain(signal: AbortSignal): Promise<LeaderRecord | undefined> {
    const last = await lock.read(signal);
    return last?.holder === identity ? lock.write(nextRecord(last), signal) : undefined;
  }

  async function take(last: LeaderRecord | undefined, signal: AbortSignal): Promise<Attempt> {
    const written = (await lock.write(nextRecord(last), signal)) ?? (await writeAgain(signal));
    if (written === undefined) {
      const other = await lock.read(signal);
      return other?.holder === identity ? { kind: "held" } : { kind: "taken", holder: other?.holder ?? "" };
    }
    seen = { text: textOf(written), atMs: performance.now() };
    return { kind: "held" };
  }

  return {
    label: lock.label,
    async claim(signal) {
      const last = await lock.read(signal);
      if (last === undefined) return readOnly ? { kind: "held" } : take(last, signal);
      const judged = judge(last);
      if (judged?.kind === "taken") await wishes.tell(last, signal);
      if (judged !== undefined) return judged;
      if (readOnly) return { kind: "held" };
      if (last.holder === identity) wishes.hear(last);
      return take(last, signal);
    },
    async release(signal) {
      if (readOnly || isShared) return;
      const last = await lock.read(signal);
      if (last?.holder === identity) await lock.write({ ...last, holder: "", leaseSeconds: 1 }, signal);
    },
  };
}

/** What tells that the holder lives: not what others wish. */
function textOf(record: LeaderRecord): string {
  return JSON.stringify({ ...record, wish: undefined });
}

interface Wishes {
  /** @throws FedctlError Server* */
  tell(held: LeaderRecord, signal: AbortSignal): Promise<void>;
  hear(own: LeaderRecord): void;
}

function createWishes({ lock, times, wish, onWish }: ClaimOptions): Wishes {
  let toldMs = -Infinity;
  let heard: string | undefined;
  let hasRead = false;
  return {
    async tell(held, signal) {
      hasRead = false;
      if (performance.now() - toldMs < times.leaseMs / 3) return;
      const text = wish?.();
      if (text === undefined) return;
      toldMs = performance.now();
      await lock.write({ ...held, wish: text }, signal);
    },
    hear(own) {
      const isNew = hasRead && own.wish !== heard;
      [hasRead, heard] = [true, own.wish];
      if (isNew && own.wish !== undefined) onWish?.(own.wish);
    },
  };
}

export interface LeadOptions {
  /** All of them, in this order. */
  readonly claims: readonly Claim[];
  readonly times: LeaseTimes;
  readonly clock: Clock;
  /** Ends the candidacy: the leader's signal fires, and when its work has ended the locks are given back. */
  readonly signal: AbortSignal;
  /** Of the requests to the locks; outlives `signal`, since locks are given back after it. */
  readonly requests: AbortSignal;
  /** Asked before each try to become leader. Default: always. */
  readonly mayClaim?: () => boolean;
  /** Works until its signal fires, and ends what is under way then; when `lost` fires, somebody else may lead and nothing may be written any more. */
  readonly lead: (signal: AbortSignal, lost: AbortSignal) => Promise<void>;
  readonly onWaiting: (label: string, holder: string) => void;
  readonly onError: (error: FedctlError) => void;
}

/** Stands for leader, leads, and stands again when leadership was lost; until `signal` fires. */
export async function standForLeader(options: LeadOptions): Promise<void> {
  const { clock, signal, times } = options;
  while (!signal.aborted) {
    if (options.mayClaim?.() !== false && (await claimAll(options)) === "held") await leadUntilEnd(options);
    if (!isFired(signal)) await clock.sleep(times.retryMs, signal).catch(() => undefined);
  }
}

type Round = "held" | "taken" | "failed";

/** One round over all locks. */
async function claimAll({ claims, requests, onWaiting, onError }: LeadOptions): Promise<Round> {
  try {
    for (const claim of claims) {
      const attempt = await claim.claim(requests);
      if (attempt.kind === "held") continue;
      onWaiting(claim.label, attempt.holder);
      return "taken";
    }
    return "held";
  } catch (error) {
    if (!(error instanceof FedctlError)) throw error;
    onError(error);
    return "failed";
  }
}

async function leadUntilEnd(options: LeadOptions): Promise<void> {
  const lost = new AbortController();
  const ended = new AbortController();
  const work = options.lead(AbortSignal.any([options.signal, lost.signal]), lost.signal).finally(() => {
    ended.abort();
  });
  const isKept = await renewUntil(ended.signal, options);
  if (!isKept) lost.abort();
  await work;
  if (isKept) await releaseAll(options);
}

/** False when the locks could not be renewed in time, or are another's. */
async function renewUntil(ended: AbortSignal, options: LeadOptions): Promise<boolean> {
  const { times, clock } = options;
  let renewedMs = performance.now();
  for (;;) {
    const leftMs = renewedMs + times.renewDeadlineMs - performance.now();
    if (leftMs <= 0) return false;
    await clock.sleep(Math.min(times.retryMs, leftMs), ended).catch(() => undefined);
    if (isFired(ended)) return true;
    const askedMs = performance.now();
    const round = await claimWithin(renewedMs + times.renewDeadlineMs - askedMs, options);
    if (round === "taken") return false;
    if (round === "held") renewedMs = askedMs;
  }
}

/** A request to a lock that hangs must not outlast the lease. */
async function claimWithin(leftMs: number, options: LeadOptions): Promise<Round> {
  const deadline = new AbortController();
  const giveUp = (): void => {
    deadline.abort();
  };
  const timer = setTimeout(giveUp, Math.max(1, leftMs));
  options.requests.addEventListener("abort", giveUp, { once: true });
  if (options.requests.aborted) giveUp();
  try {
    return await claimAll({ ...options, requests: deadline.signal });
  } finally {
    clearTimeout(timer);
    options.requests.removeEventListener("abort", giveUp);
  }
}

/** Asked anew after each wait. */
function isFired({ aborted }: AbortSignal): boolean {
  return aborted;
}

async function releaseAll({ claims, requests, onError }: LeadOptions): Promise<void> {
  for (const claim of [...claims].reverse()) {
    try {
      await claim.release(requests);
    } catch (error) {
      if (!(error instanceof FedctlError)) throw error;
      onError(error);
    }
  }
}
