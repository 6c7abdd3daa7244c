import { readGetTokenLine, tokenOptions } from "./commands/eks/get-token-line.ts";
import { getToken } from "./eks/get-token.ts";
import { writeAtOnce } from "./quick-output.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Prints the token that kubectl asks its plugin for, where the keys for it are at hand: from one file, and without the
 * streams of standard output. False, and nothing printed: the program has the say, whatever it is about.
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
  return writeAtOnce(text);
}
