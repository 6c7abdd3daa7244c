import { describe, expect, test } from "vitest";
import { decideRetry, type Outcome, readRetryAfter, type RetryFacts } from "../../../src/kube/internal/retry.ts";
import { type FailureStage, WireFailure } from "../../../src/kube/internal/wire.ts";

const facts: RetryFacts = {
  isRead: true,
  takesServerErrors: false,
  tries: 1,
  wasConnected: true,
  remainingMs: 30_000,
  random: 0,
};
const answer = (status: number, retryAfterMs?: number): Outcome => ({ kind: "answer", status, retryAfterMs });
const failed = (stage: FailureStage, passing = true): Outcome => ({
  kind: "failure",
  failure: new WireFailure("broken", { stage, passing }),
});

describe("what is tried again", () => {
  const cases: readonly [string, Outcome, Partial<RetryFacts>, number | undefined][] = [
    ["a good answer", answer(200), {}, undefined],
    ["a refusal", answer(403), {}, undefined],
    ["429 with Retry-After", answer(429, 1000), {}, 1000],
    ["429 with Retry-After, a write", answer(429, 1000), { isRead: false }, 1000],
    ["429 with Retry-After: 0", answer(429, 0), {}, 100],
    ["429 with Retry-After, later than asked by chance", answer(429, 1000), { random: 0.5 }, 1100],
    ["429 with Retry-After, the tenth time", answer(429, 1000), { tries: 10 }, 1000],
    ["429 with Retry-After, the eleventh time", answer(429, 1000), { tries: 11 }, undefined],
    ["429 that asks for more than the time that is left", answer(429, 40_000), {}, undefined],
    ["429 alone", answer(429), {}, 50],
    ["429 alone, a write", answer(429), { isRead: false }, 50],
    ["500 alone", answer(500), {}, undefined],
    ["500 with Retry-After", answer(500, 2000), {}, 2000],
    ["500 with Retry-After, a write", answer(500, 2000), { isRead: false }, 2000],
    ["500 with Retry-After, what cannot be repeated", answer(500, 2000), { takesServerErrors: true }, undefined],
    ["429, what cannot be repeated: it was not done", answer(429, 2000), { takesServerErrors: true }, 2000],
    ["503 alone, a read", answer(503), {}, 50],
    ["503 alone, a write: a second one would be told 409 or 404", answer(503), { isRead: false }, 50],
    ["503 alone, what cannot be repeated", answer(503), { isRead: false, takesServerErrors: true }, undefined],
    ["502 alone", answer(502), {}, 50],
    ["504 alone", answer(504), {}, undefined],
    ["a lost read", failed("lost"), {}, 50],
    ["a lost read, the second time", failed("lost"), { tries: 2, random: 0.5 }, 150],
    ["a lost read, the fourth time", failed("lost"), { tries: 4 }, 400],
    ["a lost read, the ninth time", failed("lost"), { tries: 9 }, 1500],
    ["a lost read, the tenth time", failed("lost"), { tries: 10 }, undefined],
    ["a lost write", failed("lost"), { isRead: false }, undefined],
    ["a write that the server never looked at", failed("refused"), { isRead: false }, 50],
    ["a server that is away for a moment", failed("dial"), { isRead: false }, 50],
    ["a server that is away, the seventh time", failed("dial"), { tries: 7 }, 1500],
    ["a server that is away, the eighth time", failed("dial"), { tries: 8 }, undefined],
    ["a server that was never there", failed("dial"), { wasConnected: false }, undefined],
    ["a certificate that nobody vouches for", failed("dial", false), {}, undefined],
    ["a lost read when no time is left", failed("lost"), { remainingMs: 20 }, undefined],
    ["a lost read without a timeout", failed("lost"), { remainingMs: Infinity }, 50],
  ];

  test.each(cases)("%s", (...[, outcome, more, afterMs]) => {
    const expected = afterMs === undefined ? { kind: "finish" } : { kind: "repeat", afterMs };
    expect(decideRetry(outcome, { ...facts, ...more })).toEqual(expected);
  });
});

test.each([
  ["1", 1000],
  ["0", 0],
  ["Wed, 21 Oct 2015 07:28:00 GMT", undefined],
  ["-1", undefined],
  ["", undefined],
  [undefined, undefined],
])("Retry-After %j", (header, expected) => {
  expect(readRetryAfter(header)).toBe(expected);
});
