import type { GetTokenOptions } from "../../eks/get-token.ts";
import type { Deps } from "../deps.ts";

/** Flags of `eks get-token` as far as they say what is signed. */
export interface GetTokenFlags {
  readonly region?: string;
  readonly profile?: string;
  readonly clusterName?: string;
  readonly clusterId?: string;
  readonly roleArn?: string;
  /** What `aws eks update-kubeconfig` writes for `--role-arn`. */
  readonly role?: string;
}

const names: Readonly<Record<string, keyof GetTokenFlags | "output">> = {
  "--region": "region",
  "--profile": "profile",
  "--cluster-name": "clusterName",
  "--cluster-id": "clusterId",
  "--role-arn": "roleArn",
  "--role": "role",
  "--output": "output",
};

/**
 * Reads the command line that kubeconfigs hold, which kubectl runs again and again, without the parser of all commands.
 * Undefined: something else stands there, and the parser has the say.
 */
export function readGetTokenLine(argv: readonly string[]): GetTokenFlags | undefined {
  const flags: Record<string, string> = {};
  const words: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const text = argv[index] ?? "";
    if (!text.startsWith("-")) {
      words.push(text);
      continue;
    }
    const name = names[text];
    const value = argv[index + 1];
    if (name === undefined || value === undefined) return undefined;
    flags[name] = value;
    index += 1;
  }
  return words.join(" ") === "eks get-token" ? flags : undefined;
}

export type TokenDeps = Pick<Deps, "env" | "clock" | "signal" | "streams">;

interface TransportFlags {
  readonly caBundle?: string;
  readonly verifySsl?: boolean;
  readonly requestTimeout?: number;
}

/** What the core is asked for. */
export function tokenOptions(flags: GetTokenFlags & TransportFlags): GetTokenOptions {
  const given = (value: string | undefined): string | undefined => (value === "" ? undefined : value);
  return {
    region: given(flags.region),
    profile: given(flags.profile),
    caBundle: given(flags.caBundle),
    verifyTls: flags.verifySsl ?? true,
    timeoutMs: flags.requestTimeout ?? 30_000,
    clusterName: flags.clusterName,
    clusterId: flags.clusterId,
    roleArn: flags.roleArn ?? flags.role,
  };
}

/** Prints the ExecCredential and nothing else. @throws FedctlError */
export async function printToken(
  flags: GetTokenFlags & TransportFlags,
  { env, clock, signal, streams }: TokenDeps,
): Promise<void> {
  const { getToken } = await import("../../eks/get-token.ts");
  const { document, warnings } = await getToken(tokenOptions(flags), { env, now: () => clock.now(), signal });
  for (const warning of warnings) streams.err.write(`warning: ${warning}\n`);
  streams.out.write(document);
}
