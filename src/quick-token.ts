import { writeSync } from "node:fs";
import { readGetTokenLine, tokenOptions } from "./commands/eks/get-token-line.ts";
import { getToken } from "./eks/get-token.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Prints the token that kubectl asks its plugin for, where the keys for it are at hand: without ES modules, whose loader takes Node
 * as long as all the rest. False, and nothing printed: the program has the say, whatever it is about.
 */
export async function quickToken(argv: readonly string[], env: Environment): Promise<boolean> {
  const flags = readGetTokenLine(argv);
  if (flags === undefined || (flags.roleArn ?? flags.role) !== undefined) return false;
  let text: string;
  try {
    const { document, warnings } = await getToken(tokenOptions(flags), {
      env,
      now: () => Date.now(),
      // For requests, of which there are none here.
      get signal() {
        return new AbortController().signal;
      },
    });
    if (warnings.length > 0) return false;
    text = document;
  } catch {
    // Keys that must be asked for, which is not built in here; or an error, which the program tells.
    return false;
  }
  return write(text);
}

/** What pipes take in one piece, or not at all. */
const pipeBytes = 4096;

function write(text: string): boolean {
  if (text.length > pipeBytes) return false;
  try {
    writeSync(1, text);
    return true;
  } catch {
    return false;
  }
}
