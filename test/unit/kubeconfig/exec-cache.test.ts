import { describe, expect, test } from "vitest";
import { createExecCache } from "../../../src/kubeconfig/exec-cache.ts";
import type {
  ExecClusterInfo,
  ExecCredential,
  ExecRequest,
  ExecRunner,
} from "../../../src/kubeconfig/exec-credential.ts";
import type { ExecConfig } from "../../../src/kubeconfig/types.ts";

const exec: ExecConfig = {
  command: "p",
  args: ["a"],
  env: [],
  apiVersion: "client.authentication.k8s.io/v1",
  installHint: "",
  provideClusterInfo: false,
  interactiveMode: "Never",
};
const request: ExecRequest = { exec, clusterExtension: null, cluster: undefined };

interface Run {
  readonly signal: AbortSignal;
  readonly answer: (credential: ExecCredential) => void;
  readonly fail: (error: Error) => void;
}

/** A runner whose runs the test ends itself. */
function manualRunner(): { readonly runner: ExecRunner; readonly runs: Run[] } {
  const runs: Run[] = [];
  const runner: ExecRunner = (_request, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => {
        reject(new Error("the run was cancelled"));
      });
      runs.push({ signal, answer: resolve, fail: reject });
    });
  return { runner, runs };
}

/** A runner that answers at once with token 1, 2, 3. */
function countingRunner(expiresAtMs?: number): { readonly runner: ExecRunner; readonly count: () => number } {
  let count = 0;
  const runner: ExecRunner = () => {
    count++;
    return Promise.resolve(credential(String(count), expiresAtMs));
  };
  return { runner, count: () => count };
}

function credential(token: string, expiresAtMs?: number): ExecCredential {
  return { token, keyPair: undefined, expiresAtMs };
}

function clockAt(start: number): { now(): number; set(ms: number): void } {
  let nowMs = start;
  return {
    now: () => nowMs,
    set: (ms) => {
      nowMs = ms;
    },
  };
}

/** Lets what is ready run. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe("when a plugin is run", () => {
  test("without an expiry: once", async () => {
    const { runner, count } = countingRunner();
    const cache = createExecCache(runner, clockAt(0));
    const first = await cache.get(request);
    expect(await cache.get(request)).toBe(first);
    expect(count()).toBe(1);
  });

  test("with an expiry: again after it, without leeway", async () => {
    const { runner, count } = countingRunner(1000);
    const clock = clockAt(0);
    const cache = createExecCache(runner, clock);
    await cache.get(request);
    clock.set(1000);
    await cache.get(request);
    expect(count()).toBe(1);
    clock.set(1001);
    await cache.get(request);
    expect(count()).toBe(2);
  });

  test("an answer that is expired already is given to those who asked, and to whom accepts it", async () => {
    const { runner, count } = countingRunner(0);
    const cache = createExecCache(runner, clockAt(5));
    const [first, second] = await Promise.all([cache.get(request), cache.get(request)]);
    expect(second).toBe(first);
    expect(await cache.get(request, { accept: () => true })).toBe(first);
    expect(count()).toBe(1);
    expect((await cache.get(request, { accept: () => false })).token).toBe("2");
  });

  test("invalidated: again, unless somebody renewed it already", async () => {
    const { runner } = countingRunner();
    const cache = createExecCache(runner, clockAt(0));
    const first = await cache.get(request);
    cache.invalidate(request, first);
    const second = await cache.get(request);
    expect(second.token).toBe("2");
    cache.invalidate(request, first);
    expect(await cache.get(request)).toBe(second);
  });

  test("a failure is not kept", async () => {
    const { runner, runs } = manualRunner();
    const cache = createExecCache(runner, clockAt(0));
    const failing = cache.get(request);
    await settle();
    runs[0]?.fail(new Error("no"));
    await expect(failing).rejects.toThrow("no");
    const next = cache.get(request);
    await settle();
    runs[1]?.answer(credential("t"));
    expect((await next).token).toBe("t");
  });

  test("a runner that throws at once does not lock the cache", async () => {
    let calls = 0;
    const cache = createExecCache(() => {
      calls++;
      throw new Error("at once");
    }, clockAt(0));
    await expect(cache.get(request)).rejects.toThrow("at once");
    await expect(cache.get(request)).rejects.toThrow("at once");
    expect(calls).toBe(2);
  });
});

describe("who shares a run", () => {
  test("parallel requests: one run, one failure for all", async () => {
    const { runner, runs } = manualRunner();
    const cache = createExecCache(runner, clockAt(0));
    const waiting = [cache.get(request), cache.get({ ...request }), cache.get(request)];
    await settle();
    expect(runs).toHaveLength(1);
    runs[0]?.fail(new Error("no"));
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });

  const cluster: ExecClusterInfo = {
    server: "https://a",
    tlsServerName: "",
    insecureSkipTlsVerify: false,
    certificateAuthorityData: undefined,
    proxyUrl: "",
    disableCompression: false,
  };
  test.each<{ name: string; other: ExecRequest; shared: boolean }>([
    { name: "same exec section, other object", other: { ...request, exec: { ...exec, args: ["a"] } }, shared: true },
    { name: "other arguments", other: { ...request, exec: { ...exec, args: ["b"] } }, shared: false },
    {
      name: "other environment",
      other: { ...request, exec: { ...exec, env: [{ name: "A", value: "1" }] } },
      shared: false,
    },
    {
      name: "other cluster extension",
      other: { ...request, clusterExtension: new Map([["audience", "x"]]) },
      shared: false,
    },
    { name: "cluster information", other: { ...request, cluster }, shared: false },
  ])("$name: shared is $shared", async ({ other, shared }) => {
    const { runner, count } = countingRunner();
    const cache = createExecCache(runner, clockAt(0));
    await Promise.all([cache.get(request), cache.get(other)]);
    expect(count()).toBe(shared ? 1 : 2);
  });

  test("two clusters that are told apart", async () => {
    const { runner, count } = countingRunner();
    const cache = createExecCache(runner, clockAt(0));
    await cache.get({ ...request, cluster });
    await cache.get({ ...request, cluster: { ...cluster, server: "https://b" } });
    expect(count()).toBe(2);
  });
});

describe("who stops a run", () => {
  test("one of two who stops waiting does not stop it for the other", async () => {
    const { runner, runs } = manualRunner();
    const cache = createExecCache(runner, clockAt(0));
    const impatient = new AbortController();
    const first = cache.get(request, { signal: impatient.signal });
    const second = cache.get(request, { signal: new AbortController().signal });
    await settle();
    impatient.abort(new Error("gone"));
    await expect(first).rejects.toThrow("gone");
    expect(runs[0]?.signal.aborted).toBe(false);
    runs[0]?.answer(credential("t"));
    expect((await second).token).toBe("t");
  });

  test("the last one stops it, and is told so only when it has ended", async () => {
    const { runner, runs } = manualRunner();
    const cache = createExecCache(runner, clockAt(0));
    const controllers = [new AbortController(), new AbortController()];
    const waiting = controllers.map(({ signal }) => cache.get(request, { signal }));
    await settle();
    controllers.forEach((controller) => {
      controller.abort(new Error("gone"));
    });
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(runs[0]?.signal.aborted).toBe(true);
    const next = cache.get(request);
    await settle();
    runs[1]?.answer(credential("again"));
    expect((await next).token).toBe("again");
  });

  test("somebody without a signal keeps it going", async () => {
    const { runner, runs } = manualRunner();
    const cache = createExecCache(runner, clockAt(0));
    const controller = new AbortController();
    const patient = cache.get(request);
    const first = cache.get(request, { signal: controller.signal });
    await settle();
    controller.abort(new Error("gone"));
    await expect(first).rejects.toThrow("gone");
    runs[0]?.answer(credential("t"));
    expect((await patient).token).toBe("t");
  });

  test("a signal that has fired already runs nothing", async () => {
    const { runner, runs } = manualRunner();
    const cache = createExecCache(runner, clockAt(0));
    await expect(cache.get(request, { signal: AbortSignal.abort(new Error("late")) })).rejects.toThrow("late");
    await settle();
    expect(runs).toHaveLength(0);
  });
});
