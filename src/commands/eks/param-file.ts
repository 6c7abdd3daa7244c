import { FedctlError } from "../../errors.ts";
import type { Deps } from "../deps.ts";

/**
 * `file://PATH` stands for what is in the file, its last line end included, as in every option of an aws command.
 * @throws FedctlError Usage for a file that cannot be read
 */
export async function readParamFile(
  option: string,
  value: string | undefined,
  { env, readText }: Pick<Deps, "env" | "readText">,
): Promise<string | undefined> {
  const [, named] = /^fileb?:\/\/([\s\S]*)$/.exec(value ?? "") ?? [];
  if (named === undefined) return value;
  const home = env["HOME"];
  const inHome = home === undefined ? named : named.replace(/^~(?=\/|$)/, home);
  const path = inHome.replace(
    /\$(?:(\w+)|\{(\w+)\})/g,
    (text, plain?: string, braced?: string) => env[plain ?? braced ?? ""] ?? text,
  );
  try {
    return await readText(path === "-" ? "./-" : path);
  } catch (cause) {
    if (!(cause instanceof FedctlError)) throw cause;
    const { exitCode, hint } = cause;
    throw new FedctlError("Usage", `--${option}: ${cause.message}`, { exitCode, hint, cause });
  }
}
