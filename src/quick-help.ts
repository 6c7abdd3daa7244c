import { fstatSync, statSync } from "node:fs";
import { writeAtOnce } from "./quick-output.ts";

// Filled in by scripts/build.ts: what the program prints, where no terminal tells a width.
declare const __FEDCTL_VERSION__: string;
declare const __FEDCTL_HELP__: string;

/**
 * Prints version and help of the program without building it, which takes Node as long as its own start. False, and nothing printed: the
 * program has the say, whatever it is about.
 */
export function quickHelp(argv: readonly string[]): boolean {
  if (argv.length > 1) return false;
  switch (argv[0]) {
    case "--version":
    case "-V":
      return writeAtOnce(`${__FEDCTL_VERSION__}\n`);
    case undefined:
    case "--help":
    case "-h":
    case "help":
      return !mayBeTerminal() && writeAtOnce(__FEDCTL_HELP__);
    default:
      return false;
  }
}

/** Terminals are character devices, as is the null device. Asking whether it is one takes Node's sockets. */
function mayBeTerminal(): boolean {
  try {
    const out = fstatSync(1);
    return out.isCharacterDevice() && out.rdev !== statSync("/dev/null").rdev;
  } catch {
    return true;
  }
}
