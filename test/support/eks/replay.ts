import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { recordedReply, startAwsServer } from "./aws-server.ts";
import type { EksRecording, RecordedRequest } from "./recording.ts";

const bin = fileURLToPath(new URL("../../../bin/fedctl.js", import.meta.url));
const fakeTime = fileURLToPath(new URL("fake-time.mjs", import.meta.url));
/** Recordings were made without the right to override modes; root gives it up by being nobody. */
const nobody = 65_534;

export interface Replayed {
  readonly succeeded: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: Readonly<Record<string, string>>;
  readonly modes: Readonly<Record<string, string>>;
  readonly dirs: Readonly<Record<string, string>>;
  readonly requests: readonly RecordedRequest[];
}

/** Does what a recording did, with fedctl for aws, in a home like the recorded one. */
export async function replayEks(recording: EksRecording): Promise<Replayed> {
  const { fakeTime: clock } = recording;
  const time = clock === undefined ? new Date() : new Date(`${clock.replace(" ", "T")}Z`);
  await using aws = await startAwsServer(recordedReply(recording.clusterFixture, time));
  const home = mkdtempSync(join(tmpdir(), "fedctl-eks-"));
  const fill = (text: string): string =>
    text
      .replaceAll("{{HOME}}", home)
      .replaceAll("{{ENDPOINT}}", aws.endpoint)
      .replaceAll("{{PROXY}}", aws.proxy)
      .replaceAll("{{CA}}", aws.caFile);
  const mask = (text: string): string => text.replaceAll(home, "{{HOME}}").replaceAll(aws.endpoint, "{{ENDPOINT}}");
  try {
    furnish(home, recording, fill);
    chmodSync(dirname(aws.caFile), 0o755);
    const run = await spawnFedctl(recording, home, fill);
    const host = new URL(aws.endpoint).host;
    return {
      ...run,
      stdout: mask(run.stdout),
      stderr: mask(run.stderr),
      ...look(home, mask),
      requests: aws.requests.map((each) => ({ ...each, host: each.host === host ? "{{ENDPOINT_HOST}}" : each.host })),
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function furnish(home: string, recording: EksRecording, fill: (text: string) => string): void {
  const made = [home];
  const folder = (path: string): void => {
    if (made.includes(path) || !path.startsWith(home)) return;
    folder(dirname(path));
    mkdirSync(path, { mode: 0o755 });
    made.push(path);
  };
  const { filesBefore = {}, dirsBefore = {}, symlinksBefore = {} } = recording;
  for (const path of Object.keys(dirsBefore)) folder(join(home, path));
  for (const [path, text] of Object.entries(filesBefore)) {
    folder(dirname(join(home, path)));
    writeFileSync(join(home, path), fill(text), { mode: 0o600 });
    made.push(join(home, path));
  }
  for (const [path, target] of Object.entries(symlinksBefore)) {
    folder(dirname(join(home, path)));
    symlinkSync(fill(target), join(home, path));
  }
  handOver(home, made, { ...recording.modesBefore, ...recording.dirsBefore });
}

function handOver(home: string, paths: readonly string[], modes: Readonly<Record<string, string>>): void {
  if (process.getuid?.() === 0) for (const path of paths) chownSync(path, nobody, nobody);
  for (const [path, mode] of Object.entries(modes)) chmodSync(join(home, path), Number.parseInt(mode, 8));
}

async function spawnFedctl(
  recording: EksRecording,
  home: string,
  fill: (text: string) => string,
): Promise<Pick<Replayed, "succeeded" | "stdout" | "stderr">> {
  const given = Object.entries(recording.env).map(([name, value]) => [name, fill(value)] as const);
  const env = {
    PATH: "/usr/bin:/bin",
    HOME: home,
    LANG: "C.UTF-8",
    TZ: "UTC",
    AWS_EC2_METADATA_DISABLED: "true",
    ...Object.fromEntries(given),
    ...(recording.fakeTime !== undefined && {
      NODE_OPTIONS: `--import=${fakeTime}`,
      RECORDED_TIME: recording.fakeTime,
    }),
  };
  const script = `umask ${recording.umask ?? "022"}; exec "$0" "$@"`;
  const child = spawn("/bin/sh", ["-c", script, process.execPath, bin, ...recording.argv.map(fill)], {
    cwd: recording.cwd === undefined ? home : fill(recording.cwd),
    env,
    stdio: ["ignore", "pipe", "pipe"],
    ...(process.getuid?.() === 0 && { uid: nobody, gid: nobody }),
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  return { succeeded: code === 0, stdout, stderr };
}

function look(home: string, mask: (text: string) => string): Pick<Replayed, "files" | "modes" | "dirs"> {
  const files: Record<string, string> = {};
  const modes: Record<string, string> = {};
  const dirs: Record<string, string> = {};
  const visit = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const status = lstatSync(path);
      if (status.isSymbolicLink()) continue;
      const mode = `0${(status.mode & 0o777).toString(8).padStart(3, "0")}`;
      (status.isDirectory() ? dirs : modes)[relative(home, path)] = mode;
      if (status.isDirectory()) visit(path);
      else files[relative(home, path)] = mask(readFileSync(path, "utf8"));
    }
  };
  visit(home);
  return { files, modes, dirs };
}
