import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { EngineGauges, EngineMetrics } from "./engine-metrics.ts";

export interface MetricsPage {
  readonly metrics: EngineMetrics;
  readonly contentType: string;
  /** All of it in Prometheus' text form. */
  readonly render: () => Promise<string>;
}

/** Makes the metrics of a controller. @param gauges of the shards that are led, asked when somebody looks */
export function createMetrics(gauges: () => readonly EngineGauges[]): MetricsPage {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  collectGauges(registry, gauges);
  return { metrics: createCounters(registry), contentType: registry.contentType, render: () => registry.metrics() };
}

/** From a write on loopback to one that ran into the limit for a request. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

function createCounters(registry: Registry): EngineMetrics {
  const registers = [registry];
  const reconciliations = new Counter({
    name: "fedctl_reconciliations_total",
    help: "Looks at a federated object, by type and by what follows: settled, retry or recheck.",
    labelNames: ["type", "next"],
    registers,
  });
  const durations = new Histogram({
    name: "fedctl_reconciliation_duration_seconds",
    help: "How long a look at a federated object took, its writes included.",
    labelNames: ["type"],
    buckets,
    registers,
  });
  const writes = new Counter({
    name: "fedctl_writes_total",
    help: 'Writes by cluster ("" is the host), verb and outcome: ok, or the code of the error.',
    labelNames: ["cluster", "verb", "outcome"],
    registers,
  });
  const probes = new Counter({
    name: "fedctl_cluster_probes_total",
    help: "Health checks of clusters by finding: ok, unwell, unreachable or malformed.",
    labelNames: ["cluster", "finding"],
    registers,
  });
  const ready = new Gauge({
    name: "fedctl_cluster_ready",
    help: "1: the cluster is ready.",
    labelNames: ["cluster"],
    registers,
  });
  const leader = new Gauge({
    name: "fedctl_leader",
    help: "1: this process leads the shard.",
    labelNames: ["shard"],
    registers,
  });
  return {
    reconciled(type, next, ms) {
      reconciliations.inc({ type, next });
      durations.observe({ type }, ms / 1_000);
    },
    wrote(cluster, verb, error) {
      writes.inc({ cluster, verb, outcome: error?.code ?? "ok" });
    },
    probed(cluster, finding, isReady) {
      probes.inc({ cluster, finding });
      ready.set({ cluster }, isReady ? 1 : 0);
    },
    leading(shard, leads) {
      leader.set({ shard }, leads ? 1 : 0);
    },
  };
}

function collectGauges(registry: Registry, gauges: () => readonly EngineGauges[]): void {
  const registers = [registry];
  new Gauge({
    name: "fedctl_queue_depth",
    help: "Federated objects that are worked on, or wait for a worker.",
    labelNames: ["shard"],
    registers,
    collect() {
      this.reset();
      for (const { shard, depth } of gauges()) this.set({ shard }, depth);
    },
  });
  new Gauge({
    name: "fedctl_queue_waiting",
    help: "Federated objects that wait for their time.",
    labelNames: ["shard"],
    registers,
    collect() {
      this.reset();
      for (const { shard, waiting } of gauges()) this.set({ shard }, waiting);
    },
  });
  new Gauge({
    name: "fedctl_cached_objects",
    help: 'Objects in the caches, by type and cluster ("": federated objects on the host).',
    labelNames: ["shard", "type", "cluster"],
    registers,
    collect() {
      this.reset();
      for (const { shard, cached } of gauges()) {
        for (const { type, cluster, count } of cached) this.set({ shard, type, cluster }, count);
      }
    },
  });
}
