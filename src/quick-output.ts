import { writeSync } from "node:fs";

/** What pipes take in one piece, or not at all. */
const pipeBytes = 4096;

/** Writes to standard output without the streams that Node has for it. False, and nothing written: the program is to write it. */
export function writeAtOnce(text: string): boolean {
  if (Buffer.byteLength(text) > pipeBytes) return false;
  try {
    writeSync(1, text);
    return true;
  } catch {
    return false;
  }
}
