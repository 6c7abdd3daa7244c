import { execFile } from "node:child_process";
import { FedctlError } from "../../errors.ts";
import type { Environment } from "../profile-files.ts";
import type { AwsKeys } from "../token.ts";

export interface ProcessRun {
  readonly command: string;
  readonly profile: string;
  readonly env: Environment;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Runs a profile's credential_process without a shell, as aws does (the SDK's provider would use one). @throws FedctlError CredentialUnavailable */
export async function processKeys({ command, profile, env, timeoutMs, signal }: ProcessRun): Promise<AwsKeys> {
  const fail = (message: string): FedctlError =>
    new FedctlError("CredentialUnavailable", `credential_process of AWS profile ${profile} ${message}`, {
      hint: `run it by hand: ${command}`,
    });
  const [program = "", ...args] = splitWords(command);
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(program, args, { env, timeout: timeoutMs, signal, maxBuffer: 1 << 20 }, (error, out, err) => {
      if (error === null) resolve(out);
      else reject(fail(`failed: ${err.trim() === "" ? reasonOf(error, program) : err.trim()}`));
    });
  });
  const answer = parseAnswer(stdout);
  if (answer === undefined) throw fail("did not print a JSON object of version 1 with AccessKeyId and SecretAccessKey");
  return answer;
}

/** Never node's own text, which repeats the command and its arguments. */
function reasonOf(error: Error & { code?: unknown; signal?: unknown }, program: string): string {
  if (error.code === "ENOENT") return `${program} was not found`;
  if (typeof error.signal === "string") return `ended by ${error.signal}`;
  return `exit code ${String(error.code)}`;
}

function parseAnswer(stdout: string): AwsKeys | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(stdout);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const { Version, AccessKeyId, SecretAccessKey, SessionToken } = parsed as Readonly<Record<string, unknown>>;
  if (Version !== 1 || typeof AccessKeyId !== "string" || typeof SecretAccessKey !== "string") return undefined;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: typeof SessionToken === "string" && SessionToken !== "" ? SessionToken : undefined,
  };
}

/** Words as a POSIX shell splits them: quotes and backslashes, no expansion. */
export function splitWords(line: string): string[] {
  const words = line.match(/(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\])+/g) ?? [];
  const unquote = (part: string): string => {
    if (part.startsWith("'")) return part.slice(1, -1);
    if (part.startsWith('"')) return part.slice(1, -1).replace(/\\(["\\$`])/g, "$1");
    return part.replace(/\\(.)/g, "$1");
  };
  return words.map((word) => word.replace(/\\.|"(?:\\.|[^"\\])*"|'[^']*'/g, unquote));
}
