import { main } from "../../../src/main.ts";

export interface HereOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export interface HereResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs the whole program in this process, for commands that talk to no server. */
export async function runHere(argv: readonly string[], { env, cwd }: HereOptions): Promise<HereResult> {
  let stdout = "";
  let stderr = "";
  const unused = (): never => {
    throw new Error("this command has no use for it");
  };
  const code = await main(argv, {
    streams: {
      out: { write: (text) => void (stdout += text), isTTY: false, columns: undefined },
      err: { write: (text) => void (stderr += text), isTTY: false, columns: undefined },
    },
    env,
    cwd,
    clock: { now: () => Date.now(), sleep: unused },
    signal: new AbortController().signal,
    version: { version: "0", gitCommit: "0", nodeVersion: "0", platform: "test" },
    readText: unused,
    writeNewText: unused,
    removeFile: unused,
    connector: unused,
  });
  return { stdout, stderr, code };
}
