import type { ChildProcess } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ClusterDetails } from "../cluster/details.ts";
import { tokenEntry, writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import { startClusters } from "../cluster/start.ts";
import { type CliResult, runFedctl } from "./fedctl.ts";
import { type Arrival, type Fate, type Interceptor, startInterceptor } from "./interceptor.ts";

/** Two clusters of a test file's own, and fedctl with an interceptor before each. */
export interface InterceptedPair {
  /** As they are reached past the interceptors. */
  readonly clusters: readonly ClusterDetails[];
  readonly earth: ClusterDetails;
  /** Runs a command. @throws unless it succeeds */
  succeed(args: readonly string[]): Promise<void>;
  /**
   * Runs a command again that was stopped. Its last request may have ended its work: then it says so, with `doneCode`.
   * @throws when it fails in another way
   */
  rerun(args: readonly string[], options: { readonly where: string; readonly doneCode: string }): Promise<void>;
  /** Lets `decide` say what becomes of each request of a run. */
  run(args: readonly string[], options: RunOptions): Promise<CliResult>;
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly decide: (arrival: Arrival) => Fate;
  readonly onStart?: (child: ChildProcess) => void;
}

const pass: Fate = { kind: "pass" };

export async function startInterceptedPair(): Promise<InterceptedPair> {
  const set = await startClusters(["earth", "vulcan"]);
  const clusters = set.clusters.map(({ details }) => details);
  let decide: RunOptions["decide"] = () => pass;
  const interceptors: Interceptor[] = await Promise.all(
    clusters.map((cluster) => startInterceptor(cluster, { decide: (arrival) => decide(arrival) })),
  );
  const folder = join(set.root, "intercepted");
  await mkdir(folder);
  const KUBECONFIG = join(folder, "kubeconfig");
  await writeKubeconfig(
    KUBECONFIG,
    interceptors.map(({ cluster }) => tokenEntry(cluster, cluster.adminToken)),
  );
  const run: InterceptedPair["run"] = async (args, options) => {
    ({ decide } = options);
    const { onStart } = options;
    const result = await runFedctl(args, { env: { KUBECONFIG }, ...(onStart && { onStart }) });
    await Promise.all(interceptors.map((each) => each.idle()));
    return result;
  };
  return {
    clusters,
    earth: set.cluster("earth").details,
    run,
    async succeed(args) {
      const { code, stderr } = await run(args, { decide: () => pass });
      if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code ?? "a signal"}: ${stderr}`);
    },
    async rerun(args, { where, doneCode }) {
      const { code, stdout, stderr } = await run([...args, "--json"], { decide: () => pass });
      if (code === 0) return;
      const { error } = JSON.parse(stdout) as { error: { code: string } }; // decision 0002
      if (error.code !== doneCode) throw new Error(`${args.join(" ")}, stopped ${where}: ${stderr}`);
    },
    async stop() {
      for (const each of interceptors) await each[Symbol.asyncDispose]();
      await set.stop();
    },
  };
}

export interface Stop {
  /** The request at which the program is stopped; the first that arrives is 1. */
  readonly at: number;
  readonly when: "before" | "after";
  /** Whether a request is one of those that are numbered. Default: all are. */
  readonly counts?: (arrival: Arrival) => boolean;
  readonly signal: "SIGKILL" | "SIGINT";
}

export interface StoppedRun extends CliResult {
  /** The request that was not answered; undefined when the command made fewer. */
  readonly unanswered: Arrival | undefined;
  /** How many writes the servers saw. */
  readonly writes: number;
}

/** Runs fedctl until request number `at` arrives, and ends it `before` the server sees that or `after` the server has answered. */
export async function runStopped(pair: InterceptedPair, args: readonly string[], stop: Stop): Promise<StoppedRun> {
  let child: ChildProcess | undefined;
  let [arrived, writes] = [0, 0];
  let unanswered: Arrival | undefined;
  const decide = (arrival: Arrival): Fate => {
    const isCounted = stop.counts?.(arrival) ?? true;
    if (isCounted) arrived += 1;
    const isLost = isCounted && arrived === stop.at;
    if (isWrite(arrival) && !(isLost && stop.when === "before")) writes += 1;
    if (!isLost) return pass;
    unanswered = arrival;
    return { kind: "lose", when: stop.when, by: () => child?.kill(stop.signal) };
  };
  const result = await pair.run(args, { decide, onStart: (started) => (child = started) });
  return { ...result, unanswered, writes };
}

/** At a read the servers are where they are before the next write. */
function isWrite({ method }: Arrival): boolean {
  return method !== "GET";
}

/**
 * Stops a command at each of its requests in turn. At a read, whether before or after makes no difference to the servers; at a
 * write both are done. `check` brings the clusters back to where they were before the command; it is not called when the servers
 * saw no write, since then they are there. In the end the command runs to its end.
 * @returns how often it was stopped
 */
export function stopEverywhere(
  pair: InterceptedPair,
  args: readonly string[],
  check: (where: string) => Promise<void>,
): Promise<number> {
  return stopAt(() => true, { pair, args }, check);
}

/** As `stopEverywhere`, at its writes alone. */
export function stopAtWrites(
  pair: InterceptedPair,
  args: readonly string[],
  check: (where: string) => Promise<void>,
): Promise<number> {
  return stopAt(isWrite, { pair, args }, check);
}

interface Stoppable {
  readonly pair: InterceptedPair;
  readonly args: readonly string[];
}

async function stopAt(
  counts: (arrival: Arrival) => boolean,
  { pair, args }: Stoppable,
  check: (where: string) => Promise<void>,
): Promise<number> {
  for (let [at, points] = [1, 0]; ; at += 1) {
    for (const when of ["before", "after"] as const) {
      const { unanswered, code, writes } = await runStopped(pair, args, { at, when, counts, signal: "SIGKILL" });
      if (unanswered === undefined) {
        console.log(`fedctl ${args.join(" ")}: killed ${points} times, at ${at - 1} requests`);
        return points;
      }
      points += 1;
      const where = `${when} request ${at}, ${unanswered.method} ${unanswered.path} of ${unanswered.cluster}`;
      if (code !== null) throw new Error(`${args.join(" ")} was not killed ${where}: it ended with ${code}`);
      if (writes > 0) await check(where);
      if (!isWrite(unanswered)) break;
    }
  }
}
