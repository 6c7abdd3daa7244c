import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { platform } from "node:os";
import { delimiter, isAbsolute, resolve, sep } from "node:path";

interface SearchPath {
  /** The value of PATH. */
  readonly path: string | undefined;
  readonly cwd: string;
}

/**
 * Looks a bare command up in PATH as Go does: the parent's PATH, and nothing found through a relative element of it.
 * A command with a separator is returned as it is; undefined means not found. Windows leaves the search to the system.
 */
export async function findExecutable(command: string, host: SearchPath): Promise<string | undefined> {
  if (command.includes(sep) || platform() === "win32") return command;
  for (const folder of (host.path ?? "").split(delimiter)) {
    const candidate = resolve(host.cwd, folder, command);
    if (!(await isExecutable(candidate))) continue;
    // The current directory must not be able to plant a plugin.
    return isAbsolute(folder) ? candidate : undefined;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Whatever the reason, the next folder may have it.
    return false;
  }
}
