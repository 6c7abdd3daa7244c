export type LogLevel = "debug" | "info" | "warn" | "error";

/** What a log line is about, besides its message. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where the engine tells what it does. */
export interface EngineLog {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LogOptions {
  readonly write: (text: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Nothing below it is written. */
  readonly level: LogLevel;
}

const order: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** One JSON document a line. */
export function createEngineLog({ write, now, level }: LogOptions): EngineLog {
  const at =
    (own: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (order.indexOf(own) < order.indexOf(level)) return;
      write(`${JSON.stringify({ time: new Date(now()).toISOString(), level: own, message, ...fields })}\n`);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
