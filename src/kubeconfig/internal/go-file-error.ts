import { open } from "node:fs/promises";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EISDIR: "is a directory",
  ENOTDIR: "not a directory",
  ELOOP: "too many levels of symbolic links",
  ENAMETOOLONG: "file name too long",
  EMFILE: "too many open files",
  ENOSPC: "no space left on device",
  EFBIG: "file too large",
  EDQUOT: "disk quota exceeded",
  EROFS: "read-only file system",
};

/** The errno name of a failed file operation, "" when it is another kind of error. */
export function errnoOf(error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : "";
  return typeof code === "string" ? code : "";
}

/** What Go says about an errno, without operation and path. */
export function goReason(error: unknown): string {
  const code = errnoOf(error);
  return reasons[code] ?? (code === "" ? "input/output error" : code);
}

/** Go's text for a file that could not be read: `open P: permission denied`, `read P: is a directory`. */
export function goReadError(error: unknown, path: string): string {
  const operation = errnoOf(error) === "EISDIR" ? "read" : "open";
  return `${operation} ${path}: ${goReason(error)}`;
}

/** Why a file cannot be opened, in Go's words; undefined when it can. */
export async function openFailure(path: string): Promise<string | undefined> {
  try {
    await (await open(path)).close();
    return undefined;
  } catch (error) {
    return `open ${path}: ${goReason(error)}`;
  }
}
