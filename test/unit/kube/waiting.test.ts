import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLimiter } from "../../../src/kube/internal/limiter.ts";
import { Interruption, openLifetime } from "../../../src/kube/internal/lifetime.ts";
import { createSignalHub } from "../../../src/kube/internal/signal-hub.ts";
import { WireFailure } from "../../../src/kube/internal/wire.ts";

const never = new AbortController().signal;

describe("the limiter", () => {
  /** Enters under a name, once it may. */
  function opened(limit: number) {
    const limiter = createLimiter(limit);
    const inside: string[] = [];
    const enter = (name: string, signal = never): Promise<void> =>
      limiter.enter(signal).then(() => void inside.push(name));
    return { limiter, inside, enter };
  }
  const settle = (): Promise<void> => new Promise(setImmediate);

  test("lets in as many as it is set for, in their order", async () => {
    const { limiter, inside, enter } = opened(2);
    void Promise.all(["a", "b", "c", "d"].map((name) => enter(name)));
    await settle();
    expect(inside).toEqual(["a", "b"]);
    limiter.leave();
    await settle();
    expect(inside).toEqual(["a", "b", "c"]);
  });

  test("can be widened and narrowed", async () => {
    const { limiter, inside, enter } = opened(1);
    void Promise.all(["a", "b", "c", "d"].map((name) => enter(name)));
    limiter.setLimit(3);
    await settle();
    expect(inside).toEqual(["a", "b", "c"]);
    limiter.setLimit(1);
    limiter.leave();
    limiter.leave();
    await settle();
    expect(inside).toEqual(["a", "b", "c"]);
    limiter.leave();
    await settle();
    expect(inside).toEqual(["a", "b", "c", "d"]);
  });

  test("forgets who gave up", async () => {
    const { limiter, inside, enter } = opened(1);
    await enter("a");
    const giving = new AbortController();
    const waiting = enter("b", giving.signal);
    void enter("c");
    giving.abort(new Interruption("gone"));
    await expect(waiting).rejects.toThrow("gone");
    limiter.leave();
    await settle();
    expect(inside).toEqual(["a", "c"]);
    await expect(enter("d", AbortSignal.abort(new Interruption("late")))).rejects.toThrow("late");
  });
});

describe("the signal hub", () => {
  test("tells all who wait over one listener, and lets go of the signal", () => {
    const hub = createSignalHub();
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, "addEventListener");
    const removed = vi.spyOn(controller.signal, "removeEventListener");
    const told: number[] = [];
    const leave = [1, 2, 3].map((each) => hub.subscribe(controller.signal, () => void told.push(each)));
    expect(added).toHaveBeenCalledTimes(1);
    leave[1]?.();
    controller.abort();
    expect(told).toEqual([1, 3]);
    hub.subscribe(controller.signal, () => void told.push(4))();
    expect(told).toEqual([1, 3, 4]);
    const other = new AbortController();
    hub.subscribe(other.signal, () => void told.push(5))();
    other.abort();
    expect(told).toEqual([1, 3, 4]);
    leave[0]?.();
    leave[2]?.();
    expect(removed).toHaveBeenCalled();
  });
});

describe("a call's lifetime", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  test("ends at its timeout, counted from the start of the timer", () => {
    const lifetime = openLifetime({ hub: createSignalHub(), signals: [never, undefined], timeoutMs: 1000 });
    vi.advanceTimersByTime(5000);
    expect(lifetime.remainingMs()).toBe(Infinity);
    lifetime.startTimer();
    vi.advanceTimersByTime(400);
    lifetime.startTimer();
    expect(lifetime.remainingMs()).toBe(600);
    vi.advanceTimersByTime(600);
    expect(lifetime.signal.reason).toMatchObject({ kind: "timeout", message: "no answer within 1 s" });
    expect(lifetime.signal.reason).toBeInstanceOf(WireFailure);
  });

  test("goes on when the timer is stopped, and without one", () => {
    const lifetime = openLifetime({ hub: createSignalHub(), signals: [], timeoutMs: 1000 });
    lifetime.startTimer();
    lifetime.stopTimer();
    vi.advanceTimersByTime(5000);
    const endless = openLifetime({ hub: createSignalHub(), signals: [], timeoutMs: 0 });
    endless.startTimer();
    vi.advanceTimersByTime(5000);
    expect([lifetime.signal.aborted, endless.signal.aborted]).toEqual([false, false]);
    expect(endless.remainingMs()).toBe(Infinity);
  });

  test("ends with the first signal", () => {
    const controller = new AbortController();
    const lifetime = openLifetime({ hub: createSignalHub(), signals: [never, controller.signal], timeoutMs: 0 });
    controller.abort();
    expect(lifetime.signal.reason).toBeInstanceOf(Interruption);
  });
});
