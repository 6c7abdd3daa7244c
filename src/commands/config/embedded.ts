import { resolve } from "node:path";
import { FedctlError } from "../../errors.ts";

/** A file's bytes as base64. @throws FedctlError Usage in kubectl's words */
export async function readEmbedded(what: string, path: string, cwd: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  try {
    return (await readFile(resolve(cwd, path))).toString("base64");
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    const reason = isMissing ? "no such file or directory" : "it cannot be read";
    throw new FedctlError("Usage", `could not stat ${what} file ${path}: stat ${path}: ${reason}`, {
      hint: "name an existing file",
      cause,
    });
  }
}
