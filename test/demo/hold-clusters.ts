/** `tsx test/demo/hold-clusters.ts`: starts earth and vulcan, prints their KUBECONFIG, and holds them until it is sent SIGTERM. */
import { startClusters } from "../cluster/start.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    stop.abort();
  });
}
// Clusters do not keep a process alive by themselves.
const hold = setInterval(() => undefined, 60_000);
try {
  await using set = await startClusters(["earth", "vulcan"], { signal: stop.signal, startScheduler: true, kwok: true });
  process.stdout.write(`${set.kubeconfigPath}\n`);
  await new Promise<void>((resolve) => {
    stop.signal.addEventListener("abort", () => {
      resolve();
    });
  });
} finally {
  clearInterval(hold);
}
