import { Command } from "commander";
import type { AwsDeps } from "../../eks/aws-session.ts";
import type { EksClusterList, EksClusterSummary } from "../../eks/list-clusters.ts";
import type { ListOptions } from "../../eks/list-in-regions.ts";
import { ExitCode, FedctlError } from "../../errors.ts";
import type { RawConfig } from "../../kubeconfig/types.ts";
import { palette } from "../../output/colour.ts";
import { usesColour } from "../../output/streams.ts";
import type { Deps } from "../deps.ts";
import { given } from "../shared-options.ts";
import { addAwsFlags, awsDeps, type AwsFlags, awsOptions } from "./aws-flags.ts";
import type { EksContext } from "./eks.ts";

interface ListFlags extends AwsFlags {
  readonly regions?: readonly string[];
  readonly match?: string;
  readonly kubeconfig?: string;
}

type Run = (options: ListOptions, deps: AwsDeps) => Promise<EksClusterList>;
const runList: Run = async (options, deps) =>
  (await import("../../eks/list-in-regions.ts")).listInRegions(options, deps);

export function listCommand(context: EksContext, run: Run = runList): Command {
  const command = new Command("list")
    .alias("ls")
    .summary("list the EKS clusters of one region or several, and the contexts that lead to them")
    .option("--regions <regions>", "several regions, separated by commas, instead of one", splitRegions)
    .option("--match <pattern>", "clusters whose name matches alone, as in 'prod-*'")
    .option("--kubeconfig <path>", "kubeconfig whose contexts are shown (default: $KUBECONFIG, then ~/.kube/config)");
  return addAwsFlags(command).action(async (flags: ListFlags) => {
    const { deps } = context;
    const options = listOptions(flags);
    const [{ clusters, failures }, raw] = await Promise.all([
      run(options, awsDeps(deps, flags)),
      kubeconfig(flags, deps),
    ]);
    const { contextsOfClusters } = await import("../../kubeconfig/contexts-of-cluster.ts");
    const contextsOf = contextsOfClusters(raw);
    const rows = clusters.map((cluster) => ({
      ...cluster,
      contexts: contextsOf({ entryName: cluster.arn, server: cluster.endpoint }),
    }));
    await print(rows, failures, { flags, context });
    if (failures.length > 0) throw notAll(failures);
  });
}

function splitRegions(text: string, earlier: readonly string[] = []): readonly string[] {
  const named = text.split(",").map((region) => region.trim());
  return [...earlier, ...named.filter((region) => region !== "")];
}

function listOptions(flags: ListFlags): ListOptions {
  if (flags.regions !== undefined && given(flags.region) !== undefined) {
    throw new FedctlError("Usage", "--region and --regions exclude each other", {
      exitCode: ExitCode.Usage,
      hint: "name all of them with --regions a,b",
    });
  }
  const { regions = [] } = flags;
  return {
    ...awsOptions(flags),
    regions: regions.length === 0 ? undefined : regions,
    match: given(flags.match),
    endpointUrl: given(flags.endpointUrl),
  };
}

async function kubeconfig({ kubeconfig: path }: ListFlags, { env, cwd }: Deps): Promise<RawConfig> {
  const { loadKubeconfig } = await import("../../kubeconfig/load.ts");
  return (await loadKubeconfig({ explicitPath: given(path), env, cwd }, { mayBeMissing: true })).raw;
}

interface Row extends EksClusterSummary {
  readonly contexts: readonly string[];
}

interface Printing {
  readonly flags: ListFlags;
  readonly context: EksContext;
}

async function print(
  rows: readonly Row[],
  failures: readonly FedctlError[],
  { flags, context: { deps, onJsonPrinted } }: Printing,
): Promise<void> {
  const { out, err } = deps.streams;
  for (const { message } of failures) err.write(`warning: ${message}\n`);
  if (flags.json === true) {
    const { renderJson } = await import("../../output/json.ts");
    const warnings = failures.map(({ code, message }) => ({ code, message }));
    const clusters = rows.map((row) => ({ ...row, ...told(row) }));
    const error = failures.length === 0 ? undefined : notAll(failures);
    out.write(renderJson({ kind: "EksListResult", dryRun: false, changes: [], warnings, clusters, error }));
    onJsonPrinted();
    return;
  }
  const { renderEksClusters } = await import("../../output/eks-clusters.ts");
  out.write(renderEksClusters(rows, await palette(usesColour(out, deps.env))));
}

/** In a document what is not known is null. */
function told({ arn, status, version, endpoint }: Row): Readonly<Record<string, string | null>> {
  return { arn: arn ?? null, status: status ?? null, version: version ?? null, endpoint: endpoint ?? null };
}

function notAll(failures: readonly FedctlError[]): FedctlError {
  const [first] = failures;
  const more = failures.length === 1 ? "" : `, and ${failures.length - 1} more (see the warnings)`;
  return new FedctlError("PartlyFailed", `the list is not complete: ${first?.message ?? ""}${more}`, {
    exitCode: ExitCode.PartlyFailed,
    hint: first?.hint,
    cause: first,
  });
}
