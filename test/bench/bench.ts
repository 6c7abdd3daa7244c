import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderTable } from "../../src/output/table.ts";
import { startBenchClusters, type BenchClusters } from "./clusters.ts";
import { getContextsRow, getTokenRow } from "./local-commands.ts";
import { propagationRows } from "./propagation.ts";
import { updateKubeconfigRow } from "./update-kubeconfig.ts";
import { type CommandLine, measure, type Run, summarise, type Summary } from "./measure.ts";

/**
 * `npm run bench`: whole processes, timed against the bare limit in the same run and, when REFERENCE_CTL names one,
 * against a reference CLI with kubefedctl's flags. Medians; a table on stdout and bench-results.json.
 * REFERENCE_AWS names the AWS CLI that the EKS rows are compared with, REFERENCE_CONTROLLER KubeFed's controller-manager.
 * BENCH_RUNS sets how often each row runs (default 5), BENCH_OBJECTS how many ConfigMaps are federated (default 1000),
 * BENCH_ROWS which rows there are, as in "start,local,engine,federate" (default: all).
 */

// Reading a bundle of certificates takes every Node longer than the rest of its start: bare and ours would look alike.
delete process.env["NODE_EXTRA_CA_CERTS"];

const bin = fileURLToPath(new URL("../../bin/fedctl.js", import.meta.url));
const bareWriter = fileURLToPath(new URL("bare-writer.mjs", import.meta.url));
const runs = Number(process.env["BENCH_RUNS"] ?? 5);
const objects = Number(process.env["BENCH_OBJECTS"] ?? 1000);
const reference = process.env["REFERENCE_CTL"];
const referenceAws = process.env["REFERENCE_AWS"];
const referenceController = process.env["REFERENCE_CONTROLLER"];
const namespace = "bench";
/** Of federating: more is allowed for the tens of thousands of objects that no longer fit into memory at once. */
const memoryLimitMb = objects <= 1000 ? 150 : 200;

export interface Row {
  readonly what: string;
  readonly fedctl: Summary;
  readonly reference?: Summary | undefined;
  readonly bare?: Summary | undefined;
  /** What is to be reached, as text, and whether it was. */
  readonly reach: string;
  readonly reached: boolean;
}

const fedctl = (...args: readonly string[]): CommandLine => ({ command: process.execPath, args: [bin, ...args] });

async function repeat(times: number, once: () => Promise<Run>): Promise<Summary> {
  const all: Run[] = [];
  for (let run = 0; run < times; run += 1) all.push(await once());
  return summarise(all);
}

async function startUpRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const flag of ["--version", "--help"]) {
    const bareRuns: Run[] = [];
    const ours: Run[] = [];
    // Alternating, so that whatever else the machine does falls on both.
    for (let run = 0; run < runs * 4; run += 1) {
      bareRuns.push(await measure({ command: process.execPath, args: ["-e", "0"] }));
      ours.push(await measure(fedctl(flag)));
    }
    const [bare, own] = [summarise(bareRuns), summarise(ours)];
    const referenceRun =
      reference === undefined
        ? undefined
        : await repeat(runs, () => measure({ command: reference, args: [flag === "--version" ? "version" : flag] }));
    rows.push({
      what: `fedctl ${flag}`,
      fedctl: own,
      bare,
      reference: referenceRun,
      reach: "<= 1.6 x bare node",
      reached: own.seconds.median <= 1.6 * bare.seconds.median,
    });
  }
  return rows;
}

async function joinRow(clusters: BenchClusters, rttMs: number, limit: number): Promise<Row> {
  const env = clusters.env(rttMs);
  const args = ["join", "vulcan", "--host-cluster-context", "earth"];
  const once = async (line: CommandLine): Promise<Run> => {
    const run = await measure({ ...line, env });
    await clusters.unjoin("vulcan");
    return run;
  };
  await once(fedctl(...args));
  const own = await repeat(runs, () => once(fedctl(...args)));
  const other = reference === undefined ? undefined : await repeat(runs, () => once({ command: reference, args }));
  return {
    what: `join, ${rttMs} ms RTT`,
    fedctl: own,
    reference: other,
    reach: `<= ${limit} s`,
    reached: own.seconds.median <= limit,
  };
}

/** Requests show as lines at -v 6; kubefedctl's log reads otherwise. */
const requestLine = /^[A-Z]+ https?:\/\//gm;

async function tenTypesRows(clusters: BenchClusters): Promise<Row[]> {
  const env = clusters.env(0);
  const args = ["federate", "namespace", "ten", "--contents", "--enable-type", "--host-cluster-context", "earth"];
  await clusters.fillWithTenTypes("ten");
  const once = async (line: CommandLine): Promise<Run> => {
    const run = await measure({ ...line, env });
    clusters.disableTenTypes();
    await clusters.removeFederated("ten");
    return run;
  };
  const requests = ((await once(fedctl(...args, "-v", "6"))).stderr.match(requestLine) ?? []).length;
  const own = await repeat(runs, () => once(fedctl(...args)));
  const other = reference === undefined ? undefined : summarise([await once({ command: reference, args })]);
  return [
    {
      what: "federate, enabling 10 types",
      fedctl: own,
      reference: other,
      reach: "<= 2 s",
      reached: own.seconds.median <= 2,
    },
    {
      what: `... its ${requests} requests`,
      fedctl: own,
      reach: "<= 80 and one per object",
      reached: requests <= 80 + 11,
    },
  ];
}

/** What distance adds, in round trips one behind the other. */
function roundTripsRow(near: Row, far: Row, rttMs: number): Row {
  const trips = ((far.fedctl.seconds.median - near.fedctl.seconds.median) * 1000) / rttMs;
  return {
    what: `... its ${trips.toFixed(1)} round trips`,
    fedctl: far.fedctl,
    reach: "<= 12 in sequence",
    reached: trips <= 12,
  };
}

async function federateRows(clusters: BenchClusters, rttMs: number): Promise<Row[]> {
  const env = clusters.env(rttMs);
  const args = ["federate", "namespace", namespace, "--contents", "--host-cluster-context", "earth"];
  const writesFile = join(clusters.folder, "writes.json");
  const own: Run[] = [];
  const bare: Run[] = [];
  const times = Math.max(3, Math.ceil(runs / 2));
  for (let run = 0; run < times; run += 1) {
    own.push(await measure({ ...fedctl(...args), env }));
    writeFileSync(writesFile, JSON.stringify(await clusters.bareWrites(namespace, rttMs)));
    await clusters.removeFederated(namespace);
    bare.push(await measure({ command: process.execPath, args: [bareWriter, writesFile] }));
    await clusters.removeFederated(namespace);
  }
  const other = reference === undefined ? undefined : summarise([await measure({ command: reference, args, env })]);
  if (other !== undefined) await clusters.removeFederated(namespace);
  const [ours, limit] = [summarise(own), summarise(bare)];
  const what = `federate ${objects} ConfigMaps, ${rttMs} ms RTT`;
  return [
    {
      what,
      fedctl: ours,
      bare: limit,
      reference: other,
      reach: "<= 1.3 x bare limit",
      reached: ours.seconds.median <= 1.3 * limit.seconds.median,
    },
    {
      what: `... its peak memory`,
      fedctl: ours,
      bare: limit,
      reference: other,
      reach: `<= ${memoryLimitMb} MB`,
      reached: (ours.peakMb ?? Number.NaN) <= memoryLimitMb,
    },
  ];
}

function render(rows: readonly Row[]): string {
  const seconds = (summary: Summary | undefined): string =>
    summary === undefined ? "-" : `${summary.seconds.median.toFixed(3)} s`;
  const memory = (summary: Summary | undefined): string =>
    summary?.peakMb === undefined ? "-" : `${summary.peakMb.toFixed(0)} MB`;
  const header = ["WHAT", "FEDCTL", "MIN..MAX", "BARE", "REFERENCE", "RATIO TO BARE", "REACH", ""];
  const lines = rows.map((row) => {
    const isMemory = row.what.startsWith("...");
    const show = isMemory ? memory : seconds;
    const range = `${row.fedctl.seconds.min.toFixed(3)}..${row.fedctl.seconds.max.toFixed(3)}`;
    const ratio = row.bare === undefined ? "-" : (row.fedctl.seconds.median / row.bare.seconds.median).toFixed(2);
    return [
      row.what,
      show(row.fedctl),
      isMemory ? "-" : range,
      show(row.bare),
      show(row.reference),
      isMemory ? "-" : ratio,
      row.reach,
      row.reached ? "reached" : "NOT REACHED",
    ];
  });
  return renderTable([header, ...lines]);
}

async function localRows(): Promise<Row[]> {
  const bench = { folder, runs, fedctl, aws: referenceAws };
  return [await getTokenRow(bench), await updateKubeconfigRow(bench), await getContextsRow(bench)];
}

async function federationRows(): Promise<Row[]> {
  await using clusters = await startBenchClusters({ folder, namespace, objects, rttMs: 50 });
  const [near, far] = [await joinRow(clusters, 0, 0.35), await joinRow(clusters, 50, 0.7)];
  const joins = [near, far, roundTripsRow(near, far, 50)];
  return [
    ...joins,
    ...(await tenTypesRows(clusters)),
    ...(await federateRows(clusters, 0)),
    ...(await federateRows(clusters, 50)),
  ];
}

const groups: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  start: startUpRows,
  local: localRows,
  federate: federationRows,
  engine: () => propagationRows({ folder, runs, objects, fedctl, original: referenceController }),
};

async function allRows(): Promise<Row[]> {
  const wanted = process.env["BENCH_ROWS"]?.split(",") ?? Object.keys(groups);
  const rows: Row[] = [];
  for (const name of wanted) {
    const group = groups[name];
    if (group === undefined)
      throw new Error(`BENCH_ROWS: there are no rows "${name}", only ${Object.keys(groups).join(", ")}`);
    rows.push(...(await group()));
  }
  return rows;
}

const folder = mkdtempSync(join(tmpdir(), "fedctl-bench-"));
try {
  const rows = await allRows();
  process.stdout.write(`\n${render(rows)}`);
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const machine = { node: process.versions.node, cpus: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30) };
  const results = { version, date: new Date().toISOString(), machine, reference: reference !== undefined, rows };
  writeFileSync("bench-results.json", `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
