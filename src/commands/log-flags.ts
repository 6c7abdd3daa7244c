import type { Flag } from "./argv.ts";

interface LogFlag extends Flag {
  /** Whether kubefedctl's log library takes the value. */
  readonly accepts: (value: string) => boolean;
}

const integer = /^-?\d+$/;
const anything = (): boolean => true;
const like =
  (pattern: RegExp) =>
  (value: string): boolean =>
    pattern.test(value);

const booleans = ["add-dir-header", "alsologtostderr", "logtostderr", "one-output", "skip-headers", "skip-log-headers"];

/** How values of the others have to look. */
const values: Readonly<Record<string, (value: string) => boolean>> = {
  "log-backtrace-at": like(/^$|^[^:]*\.[^:]*:[1-9]\d*$/),
  "log-dir": anything,
  "log-file": anything,
  "log-file-max-size": like(/^\d+$/),
  "log-flush-frequency": like(/^[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/),
  stderrthreshold: like(/^(info|warning|error|fatal|-?\d+)$/i),
  vmodule: (value) => value.split(",").every((part) => part === "" || /^[^=]+=\d+$/.test(part)),
  v: like(integer),
};

/**
 * The flags of kubefedctl's log library, which every command takes anywhere. They say where log files go and how log lines
 * look; fedctl has neither, so that all but `v` are accepted and mean nothing (decision 0055).
 */
export const logFlags: readonly LogFlag[] = [
  ...booleans.map((name) => ({ name, takesValue: false, accepts: anything })),
  ...Object.entries(values).map(([name, accepts]) => ({ name, takesValue: true, accepts })),
];

export const verbosityFlag = "v";
