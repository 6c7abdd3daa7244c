import { readFile } from "node:fs/promises";
import { goReadError } from "./go-file-error.ts";

/** The trimmed token of a file, or why there is none, in client-go's words. */
export async function readTokenFile(path: string): Promise<{ readonly token: string } | { readonly failure: string }> {
  try {
    const token = (await readFile(path, "utf8")).trim();
    return token === "" ? { failure: `read empty token from file ${JSON.stringify(path)}` } : { token };
  } catch (error) {
    return { failure: goReadError(error, path) };
  }
}
