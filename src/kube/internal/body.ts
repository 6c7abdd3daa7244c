import type { Readable } from "node:stream";
import type { WireFailure } from "./wire.ts";

export interface BodyRules {
  readonly signal: AbortSignal;
  /** Whether the stream has emitted its close: `closed` of an HTTP/2 stream says something else, and earlier. */
  hasClosed(): boolean;
  /** Asked when the stream closed: did the sender finish it? */
  isWhole(): boolean;
  failure(): WireFailure;
}

/** All bytes of a body. Waits for the stream's close, because a connection that breaks also ends it. */
export function collectBody(stream: Readable, rules: BodyRules): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let ended = false;
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.once("end", () => (ended = true));
    stream.on("error", () => undefined); // "close" follows
    const settle = (): void => {
      rules.signal.removeEventListener("abort", settle);
      if (rules.signal.aborted)
        reject(rules.signal.reason as Error); // Whoever aborts gives an error.
      else if (ended && rules.isWhole())
        resolve(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks));
      else reject(rules.failure());
    };
    // Whoever aborts need not wait for the stream to close.
    rules.signal.addEventListener("abort", settle, { once: true });
    // Headers and the break of their connection may arrive together: then it closed before anybody could listen.
    if (rules.hasClosed()) settle();
    else stream.once("close", settle).resume();
  });
}
