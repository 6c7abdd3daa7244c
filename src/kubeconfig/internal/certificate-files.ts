import { readFile } from "node:fs/promises";
import type { KeyPair } from "../types.ts";
import { isSamePair, keyPairError } from "./pem.ts";

/** Files are looked at again at most this often. */
const rereadMs = 1_000;

/** A client certificate that may be rotated on disk; the same object as long as its bytes are the same. */
export function certificateFileSource(
  first: KeyPair,
  files: { readonly certFile: string; readonly keyFile: string },
  clock: { now(): number },
): () => Promise<KeyPair> {
  let current = first;
  let readAtMs = clock.now();
  return async () => {
    if (clock.now() - readAtMs < rereadMs) return current;
    readAtMs = clock.now();
    const found = await readPair(files);
    if (found !== undefined && !isSamePair(found, current)) current = found;
    return current;
  };
}

/** undefined when unreadable or caught in the middle of a rotation: the old pair is then the better one. */
async function readPair(files: { readonly certFile: string; readonly keyFile: string }): Promise<KeyPair | undefined> {
  try {
    const [certPem, keyPem] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
    return keyPairError({ certPem, keyPem }) === undefined ? { certPem, keyPem } : undefined;
  } catch {
    return undefined;
  }
}
