/** Where progress goes, as much of a stream as it needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface ProgressLine {
  /** Says how far things are. A terminal shows the latest in place; elsewhere a line appears every 15 s. */
  update(text: string): void;
  /** Says something that stays readable, and ends the line in place. */
  say(text: string): void;
}

const plainIntervalMs = 15_000;

/** A progress line on `stream`. */
export function createProgress(stream: ProgressStream, now: () => number = Date.now): ProgressLine {
  let inPlace = false;
  let lastPlainMs = now();
  const say = (text: string): void => {
    stream.write(inPlace ? `\r\u001b[K${text}\n` : `${text}\n`);
    inPlace = false;
    lastPlainMs = now();
  };
  const update = (text: string): void => {
    if (stream.isTTY === true) {
      stream.write(`\r\u001b[K${text}`);
      inPlace = true;
    } else if (now() - lastPlainMs >= plainIntervalMs) {
      say(text);
    }
  };
  return { update, say };
}
