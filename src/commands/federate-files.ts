import type { FederatedObject } from "../federation/kubefed-types.ts";
import type { OnConflict } from "../federation/federate/options.ts";
import type { Warning } from "../federation/report.ts";
import { ExitCode, FedctlError } from "../errors.ts";
import type { Deps } from "./deps.ts";
import { renderObjects } from "./enable.ts";
import type { Execute } from "./execute.ts";
import { given, type HostFlags } from "./shared-options.ts";

/** The flags of `federate` that mean something, or nothing that can be meant, for files. */
export interface FileFlags extends HostFlags {
  readonly namespace?: string;
  readonly clusters?: string[];
  readonly clusterSelector?: Record<string, string>;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly contents?: boolean;
  readonly enableType?: boolean;
  readonly skipApiResources?: string[];
  readonly include?: string[];
  readonly ignoreForbidden?: boolean;
  readonly onConflict: OnConflict;
  readonly fromContext?: string;
  readonly annotations: "report" | "override";
}

export interface FileRun {
  readonly files: readonly string[];
  /** Types and names, which have no place beside files. */
  readonly words: readonly string[];
  readonly flags: FileFlags;
}

/** `federate -f`: manifests to federated objects, on stdout; no cluster and no kubeconfig is needed. @throws FedctlError Usage */
export async function federateFiles(
  { files, words, flags }: FileRun,
  execute: Execute,
  deps: Pick<Deps, "readText">,
): Promise<void> {
  refuseWords(words);
  refuseFlags(flags);
  if (files.filter((file) => file === "-").length > 1) {
    throw usage("standard input can be read once only", "leave out one of the -f -");
  }
  const { clusters, clusterSelector } = flags;
  await execute({
    kind: "FederateResult",
    flags,
    stdinIsTaken: files.includes("-"),
    async run({ report }) {
      const { readManifestDocuments } = await import("../yaml/manifest-documents.ts");
      const { federateManifests } = await import("../federation/federate/manifests.ts");
      const documents = [];
      for (const file of files) documents.push(...readManifestDocuments(await deps.readText(file), file));
      const options = { namespace: given(flags.namespace), clusters, clusterSelector, annotations: flags.annotations };
      const { objects, warnings } = federateManifests(documents, options);
      for (const warning of [...ignoredFlags(flags), ...warnings]) report.warn(warning);
      return objects;
    },
    document: (objects: readonly FederatedObject[]) => renderObjects({ objects }),
    extra: (objects) => ({ objects }),
  });
}

function refuseWords(words: readonly string[]): void {
  if (words.length === 0) return;
  throw usage(
    "objects are either named or read with --filename, not both",
    `leave out ${words.join(" ")}, or -f; several files are given as -f A -f B`,
  );
}

/** kubefedctl's own flags that mean nothing for files: it ignores them in silence, and scripts that pass them go on working. */
function ignoredFlags(flags: FileFlags): Warning[] {
  const given: readonly (readonly [string, boolean])[] = [
    ["--contents", flags.contents === true],
    ["--skip-api-resources", flags.skipApiResources !== undefined],
    ["--enable-type", flags.enableType === true],
  ];
  const ignored = given.filter(([, isGiven]) => isGiven).map(([flag]) => flag);
  if (ignored.length === 0) return [];
  return [{ code: "FlagsIgnored", message: `ignored with --filename, which asks no cluster: ${ignored.join(", ")}` }];
}

/** No script has these; whoever gives one expects something of it. */
function refuseFlags(flags: FileFlags): void {
  const meaningless: readonly (readonly [string, boolean])[] = [
    ["--all-namespaces", flags.allNamespaces === true],
    ["--selector", flags.selector !== undefined],
    ["--from-context", flags.fromContext !== undefined],
    ["--include", flags.include !== undefined],
    ["--ignore-forbidden", flags.ignoreForbidden === true],
    ["--on-conflict", flags.onConflict !== "fail"],
  ];
  const found = meaningless.find(([, isGiven]) => isGiven)?.[0];
  if (found !== undefined) throw usage(`${found} and --filename cannot be combined`, "leave out one of them");
  if (flags.clusters !== undefined && flags.clusterSelector !== undefined) {
    throw usage("--clusters and --cluster-selector cannot be combined", "leave out one of them");
  }
  if (flags.annotations === "override" && flags.clusters === undefined) {
    throw usage("--annotations=override needs the names of clusters where none is asked", "add --clusters a,b");
  }
  if (flags.clusters?.length === 0) {
    throw usage("--clusters names no cluster", "leave it out to place the objects in all");
  }
}

function usage(message: string, hint: string): FedctlError {
  return new FedctlError("Usage", message, { exitCode: ExitCode.Usage, hint });
}
