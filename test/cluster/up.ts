/** `tsx test/cluster/up.ts [NAME...]`: starts clusters, prints the KUBECONFIG to use, and stays until Ctrl-C. */
import { setTimeout } from "node:timers/promises";
import { startClusters } from "./start.ts";

const names = process.argv.slice(2);
const parent = process.ppid;
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    interrupted.abort();
  });
}

try {
  await using set = await startClusters(names.length === 0 ? ["earth", "vulcan"] : names, {
    signal: interrupted.signal,
  });
  for (const { name, server, version, logDir } of set.clusters) {
    console.error(`${name}: Kubernetes ${version} at ${server}, logs in ${logDir}`);
  }
  console.error("Ctrl-C takes everything down.");
  console.log(`export KUBECONFIG=${set.kubeconfigPath}`);
  await untilAlone(interrupted.signal);
} catch (error) {
  if (!interrupted.signal.aborted) {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
if (interrupted.signal.aborted) process.exitCode = 130;

/** Settles on a signal, or when the process that started this one is gone: `tsx` may be killed without a word. */
async function untilAlone(signal: AbortSignal): Promise<void> {
  while (process.ppid === parent) await setTimeout(1000, undefined, { signal });
}
