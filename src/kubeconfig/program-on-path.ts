import { findExecutable } from "./internal/find-executable.ts";

/** Whether kubectl, started in this environment, would find a plugin of that name. */
export async function isOnPath(
  program: string,
  { env, cwd }: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string },
): Promise<boolean> {
  return (await findExecutable(program, { path: env["PATH"], cwd })) !== undefined;
}
