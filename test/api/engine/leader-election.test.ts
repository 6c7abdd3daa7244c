import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createClaim, type LeaseTimes, standForLeader } from "../../../src/engine/leader-election.ts";
import { annotatedLock, leaseLock } from "../../../src/engine/leader-locks.ts";
import type { KubeObject } from "../../../src/kube/objects.ts";
import { rawCreate, rawGet, rawPatch } from "../../cluster/raw-client.ts";
import { relayTo, startRelay, throughRelay } from "../../cluster/relay.ts";
import { connectTo } from "../../support/cluster-connection.ts";
import { testClusters, uniqueName } from "../../support/clusters.ts";
import { coreRun } from "../../support/core-run.ts";

const { earth } = testClusters();
const times: LeaseTimes = { leaseMs: 2_000, renewDeadlineMs: 1_500, retryMs: 300 };
const namespace = uniqueName("locks");
const { clock } = coreRun(connectTo(earth)).deps;

beforeAll(async () => {
  await rawCreate(earth, "/api/v1/namespaces", { metadata: { name: namespace } });
});

interface Lease extends KubeObject {
  spec: { holderIdentity: string; leaseTransitions: number; renewTime: string };
}
const leaseOf = (name: string) =>
  rawGet<Lease>(earth, `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`);
const lockPath = (name: string): string => `/api/v1/namespaces/${namespace}/configmaps/${name}`;
const annotation = "control-plane.alpha.kubernetes.io/leader";

interface Candidate {
  /** `lead`, `stop`, `lost`, `waits for ...`, in the order it came. */
  readonly told: readonly string[];
  /** As with SIGTERM. */
  stop(): Promise<void>;
  /** As with kill -9: its locks stay as they are. */
  kill(): void;
}

interface CandidateOptions {
  readonly name: string;
  readonly cluster?: Parameters<typeof connectTo>[0];
  /** How long its work takes to end. */
  readonly endsAfterMs?: number;
}

function stand(identity: string, { name, cluster = earth, endsAfterMs = 0 }: CandidateOptions): Candidate {
  const told: string[] = [];
  const [stop, kill] = [new AbortController(), new AbortController()];
  const { api } = connectTo(cluster, { signal: kill.signal });
  const common = { identity, times, clock };
  const running = standForLeader({
    claims: [
      createClaim({ ...common, identity: "fedctl", lock: annotatedLock("configmaps", { api, namespace, name }) }),
      createClaim({ ...common, lock: leaseLock({ api, namespace, name }) }),
    ],
    times,
    clock,
    signal: AbortSignal.any([stop.signal, kill.signal]),
    requests: kill.signal,
    lead: async (signal, lost) => {
      told.push("lead");
      await new Promise((resolve) => {
        signal.addEventListener("abort", resolve, { once: true });
      });
      await sleep(endsAfterMs);
      told.push(lost.aborted ? "lost" : "stop");
    },
    onWaiting: (label, holder) => {
      const line = `waits for ${label.split(" ")[0] ?? ""} of ${holder}`;
      if (told.at(-1) !== line) told.push(line);
    },
    onError: () => undefined,
  });
  onTestFinished(async () => {
    kill.abort();
    await running;
  });
  return {
    told,
    kill: () => {
      kill.abort();
    },
    async stop() {
      stop.abort();
      await running;
    },
  };
}

describe("of two candidates", () => {
  test("one leads, and the other as soon as the first gives its locks back", async () => {
    const name = uniqueName("lock");
    const one = stand("one", { name });
    await vi.waitUntil(() => one.told.includes("lead"), 10_000);
    const two = stand("two", { name });
    await vi.waitUntil(() => two.told.length > 0, 10_000);
    expect(two.told).toEqual(["waits for Lease of one"]);
    await one.stop();
    expect(one.told).toEqual(["lead", "stop"]);
    await vi.waitUntil(() => two.told.includes("lead"), 10_000);
    expect((await leaseOf(name))?.spec).toMatchObject({ holderIdentity: "two", leaseTransitions: 1 });
  });

  test("the other leads when the first was killed and its lease ran out, and not before", async () => {
    const name = uniqueName("lock");
    const one = stand("one", { name });
    await vi.waitUntil(() => one.told.includes("lead"), 10_000);
    const two = stand("two", { name });
    await vi.waitUntil(() => two.told.length > 0, 10_000);
    const killedMs = performance.now();
    one.kill();
    await vi.waitUntil(() => two.told.includes("lead"), 20_000);
    expect(performance.now() - killedMs).toBeGreaterThan(times.leaseMs - times.retryMs);
  });

  test("the first keeps its lease while it ends what is under way", async () => {
    const name = uniqueName("lock");
    const one = stand("one", { name, endsAfterMs: 2 * times.leaseMs });
    await vi.waitUntil(() => one.told.includes("lead"), 10_000);
    const two = stand("two", { name });
    const stopping = one.stop();
    await sleep(1.5 * times.leaseMs);
    expect([one.told, two.told]).toEqual([["lead"], ["waits for Lease of one"]]);
    await stopping;
    await vi.waitUntil(() => two.told.includes("lead"), 10_000);
  });
});

test("a leader that cannot reach its lock stops before another can begin", async () => {
  const name = uniqueName("lock");
  const relay = await startRelay(relayTo(earth, 0));
  const one = stand("one", { name, cluster: throughRelay(earth, relay) });
  await vi.waitUntil(() => one.told.includes("lead"), 10_000);
  const two = stand("two", { name });
  await vi.waitUntil(() => two.told.length > 0, 10_000);
  await relay.stop();
  await vi.waitUntil(() => one.told.includes("lost") || two.told.includes("lead"), 20_000);
  expect([one.told, two.told.includes("lead")]).toEqual([["lead", "lost"], false]);
  await vi.waitUntil(() => two.told.includes("lead"), 20_000);
});

test("a leader whose lease somebody took stops", async () => {
  const name = uniqueName("lock");
  const one = stand("one", { name });
  await vi.waitUntil(() => one.told.includes("lead"), 10_000);
  const now = new Date().toISOString().replace("Z", "000Z");
  await rawPatch(earth, `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`, {
    spec: { holderIdentity: "thief", renewTime: now, leaseDurationSeconds: 60 },
  });
  await vi.waitUntil(() => one.told.includes("lost"), 10_000);
});

describe("the lock of KubeFed's controller", () => {
  const record = (holder: string) =>
    JSON.stringify({
      holderIdentity: holder,
      leaseDurationSeconds: 2,
      acquireTime: "2026-11-25T10:00:00Z",
      renewTime: new Date().toISOString(),
      leaderTransitions: 3,
    });

  test("is respected for as long as it is renewed, whatever its times say, and taken over afterwards", async () => {
    const name = uniqueName("lock");
    const old = record("kubefed");
    await rawCreate(earth, lockPath(""), { metadata: { name, annotations: { [annotation]: old, mine: "stays" } } });
    const one = stand("one", { name });
    for (let index = 0; index < 6; index += 1) {
      await sleep(times.leaseMs / 3);
      const annotations = {
        [annotation]: record("kubefed").replace("leaderTransitions", `x${index}":1,"leaderTransitions`),
      };
      await rawPatch(earth, lockPath(name), { metadata: { annotations } });
    }
    expect(one.told).toEqual(["waits for ConfigMap of kubefed"]);
    await vi.waitUntil(() => one.told.includes("lead"), 20_000);
    const lock = await rawGet<KubeObject>(earth, lockPath(name));
    expect(lock?.metadata?.annotations?.["mine"]).toBe("stays");
    expect(JSON.parse(lock?.metadata?.annotations?.[annotation] ?? "")).toMatchObject({
      holderIdentity: "fedctl",
      leaseDurationSeconds: 2,
      leaderTransitions: 4,
    });
  });

  test("is shared by all of ours", async () => {
    const name = uniqueName("lock");
    const [one, two] = [stand("one", { name }), stand("two", { name })];
    await vi.waitUntil(() => [one, two].some(({ told }) => told.includes("lead")), 10_000);
    await sleep(3 * times.retryMs);
    expect([...one.told, ...two.told].filter((line) => line.includes("ConfigMap"))).toEqual([]);
  });
});

test("a clock that is set does not end leadership, nor begin another's", async () => {
  const name = uniqueName("lock");
  const one = stand("one", { name });
  await vi.waitUntil(() => one.told.includes("lead"), 10_000);
  const two = stand("two", { name });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000, shouldAdvanceTime: true });
  onTestFinished(() => void vi.useRealTimers());
  await sleep(1.5 * times.leaseMs);
  vi.setSystemTime(Date.now() - 7_200_000);
  await sleep(1.5 * times.leaseMs);
  expect([one.told, two.told]).toEqual([["lead"], ["waits for Lease of one"]]);
});
