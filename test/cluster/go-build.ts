import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { GoPlatform } from "./binary-cache.ts";
import { startGuarded } from "./guarded-process.ts";
import type { ProgressLine } from "./progress-line.ts";

export interface GoTool {
  /** File name of the program in the cache. */
  readonly name: string;
  readonly goPackage: string;
}

export interface GoBuildOptions {
  readonly moduleFolder: string;
  readonly tools: readonly GoTool[];
  readonly flags: readonly string[];
  readonly platform: GoPlatform;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly progress: ProgressLine;
}

/** Builds the tools and moves them into `home` one by one, so that a program in `home` is a whole one. */
export async function buildInto(home: string, options: GoBuildOptions): Promise<void> {
  const { tools, progress } = options;
  const startedMs = Date.now();
  await removeLeftovers(home);
  const temporary = await mkdtemp(`${home}.building-`);
  const names = tools.map((tool) => tool.name).join(", ");
  progress.say(`test clusters: building ${names} with Go, once (5 to 20 minutes unless Go has compiled them before)`);
  try {
    const total = await countPackages(options, startedMs);
    await build(temporary, { ...options, total, startedMs });
    await mkdir(home, { recursive: true });
    for (const { name, goPackage } of tools) await rename(join(temporary, outputName(goPackage)), join(home, name));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  progress.say(`test clusters: built ${names} in ${secondsSince(startedMs)} s`);
}

/** What a killed build left. The lock is held, so nobody else's is among it. */
async function removeLeftovers(home: string): Promise<void> {
  const prefix = `${basename(home)}.building-`;
  for (const entry of await readdir(dirname(home))) {
    if (entry.startsWith(prefix)) await rm(join(dirname(home), entry), { recursive: true, force: true });
  }
}

/** How many packages there are to compile at most; fetches the modules first when they are not there. */
async function countPackages(options: GoBuildOptions, startedMs: number): Promise<number> {
  let fetched = 0;
  let count = 0;
  const packages = options.tools.map((tool) => tool.goPackage);
  await runGo(["list", "-mod=readonly", "-deps", ...packages], options, {
    onOut: () => {
      count += 1;
    },
    onError: (line) => {
      if (line.startsWith("go: downloading")) fetched += 1;
      options.progress.update(`test clusters: fetched ${fetched} Go modules, ${secondsSince(startedMs)} s`);
    },
  });
  return count;
}

async function build(
  folder: string,
  { total, startedMs, ...options }: GoBuildOptions & { total: number; startedMs: number },
): Promise<void> {
  const packages = options.tools.map((tool) => tool.goPackage);
  let compiled = 0;
  const tell = (): void => {
    const done = `compiled ${compiled} of at most ${total} packages`;
    options.progress.update(`test clusters: ${done}, ${secondsSince(startedMs)} s`);
  };
  // Linking compiles nothing, and takes a minute.
  const ticker = setInterval(tell, 1000);
  try {
    await runGo(["build", "-v", ...options.flags, "-o", `${folder}/`, ...packages], options, {
      onError: (line) => {
        if (/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) compiled += 1;
        tell();
      },
    });
  } finally {
    clearInterval(ticker);
  }
}

/** `go build` names a program after the last element of its package that is no version. */
export function outputName(goPackage: string): string {
  const elements = goPackage.split("/").filter((element) => !/^v\d+$/.test(element));
  return elements.at(-1) ?? goPackage;
}

interface LineHandlers {
  readonly onOut?: (line: string) => void;
  readonly onError: (line: string) => void;
}

async function runGo(args: readonly string[], options: GoBuildOptions, handlers: LineHandlers): Promise<void> {
  const { moduleFolder, platform, env, signal } = options;
  signal?.throwIfAborted();
  const running = startGuarded({
    command: "go",
    args,
    cwd: moduleFolder,
    env: { ...env, GOOS: platform.os, GOARCH: platform.arch },
    stdout: "pipe",
    stderr: "pipe",
  });
  running.child.ref();
  const stop = (): void => void running.stop();
  signal?.addEventListener("abort", stop, { once: true });
  const lastLines: string[] = [];
  await Promise.all([
    readLines(running.child.stdout, handlers.onOut ?? (() => undefined)),
    readLines(running.child.stderr, (line) => {
      handlers.onError(line);
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
    }),
  ]);
  const exitCode = await running.ended;
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
  if (exitCode !== 0) throw goError(args, exitCode, lastLines.join("\n"));
}

async function readLines(stream: Readable | null, onLine: (line: string) => void): Promise<void> {
  if (!stream) return;
  for await (const line of createInterface({ input: stream })) onLine(line);
}

function secondsSince(startedMs: number): number {
  return Math.round((Date.now() - startedMs) / 1000);
}

const waysOut =
  "install Go 1.24 or later (the clusters' programs are then built once into your cache), " +
  "or set KUBEBUILDER_ASSETS to a folder that holds kube-apiserver, etcd and kube-controller-manager";

/** Missing and outdated Go get the way out; anything else is shown as Go says it. */
function goError(args: readonly string[], exitCode: number, output: string): Error {
  // 127: the shell's word for a command that is not there.
  if (exitCode === 127) return new Error(`the test clusters need Go, which is not on the PATH: ${waysOut}`);
  const outdated = /go: .*requires go >= .*/.exec(output);
  if (outdated) return new Error(`the test clusters need a later Go (${outdated[0]}): ${waysOut}`);
  return new Error(`go ${args[0] ?? ""} ended with exit code ${exitCode}:\n${output}`);
}
