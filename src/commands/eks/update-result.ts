import type { LeftOut } from "../../eks/update-many.ts";
import { ExitCode, FedctlError } from "../../errors.ts";
import type { ClusterSummary, Warning } from "../../federation/report.ts";
import type { SavedEntries, SavedFile } from "../../kubeconfig/save-cluster-entries.ts";

export interface UpdateResult {
  readonly files: readonly SavedFile[];
  readonly leftOut: readonly LeftOut[];
  /** Undefined where one cluster was named. */
  readonly asked: { readonly regions: readonly string[] | undefined; readonly pattern: string | undefined } | undefined;
}

const savedOf = ({ files }: UpdateResult): readonly SavedEntries[] => files.flatMap(({ saved }) => saved);

/** aws's sentence for each cluster; for a dry run the files as they would be. */
export function textOf(result: UpdateResult, flags: { readonly dryRun?: boolean; readonly verbose?: boolean }): string {
  if (flags.dryRun === true) {
    const [first, ...others] = result.files;
    if (first === undefined) return "";
    return [
      ...(others.length === 0 ? [] : [`# ${first.file}\n`]),
      first.text,
      ...others.map(({ file, text }) => `---\n# ${file}\n${text}`),
    ].join("");
  }
  const done = savedOf(result).filter(({ error }) => error === undefined);
  return done
    .map(({ entries: { contextName }, file, isNew, shown }) => {
      const line = isNew
        ? `Added new context ${contextName} to ${file}\n`
        : `Updated context ${contextName} in ${file}\n`;
      return flags.verbose === true ? `${line}Entries:\n\n${shown}` : line;
    })
    .join("");
}

/** For `clusters` in the JSON document. */
export function rowsOf(result: UpdateResult): readonly ClusterSummary[] {
  const rows = savedOf(result).map(({ entries, file, error, ...saved }): ClusterSummary => {
    const { ownName: name, region, id: arn, contextName: context, clusterName: cluster, userName: user } = entries;
    const outcome = error === undefined ? outcomeOf(saved) : "failed";
    const entry = { context, cluster, user, kubeconfig: file };
    return { name, region, arn, outcome, ...entry, reason: error?.message ?? null };
  });
  const others = result.leftOut.map(({ cluster, region, error }): ClusterSummary => {
    const outcome = isSkipped(error) ? "skipped" : "failed";
    return { name: cluster ?? "", region, outcome, reason: error.message };
  });
  return [...rows, ...others];
}

function outcomeOf({ isNew, isChanged }: Pick<SavedEntries, "isNew" | "isChanged">): string {
  if (isNew) return "added";
  return isChanged ? "updated" : "unchanged";
}

/** Of several clusters, one that is on its way, or on its way out, is no failure. */
function isSkipped({ code }: FedctlError): boolean {
  return code === "EksClusterUnusable";
}

export function warningsOf(result: UpdateResult): readonly Warning[] {
  const { files, leftOut, asked } = result;
  const told = [...savedOf(result), ...files].flatMap(({ warnings }) => warnings);
  const skipped = leftOut.filter(({ error }) => isSkipped(error)).map(({ error }) => `skipped: ${error.message}`);
  const isEmpty = asked !== undefined && files.length === 0 && leftOut.length === 0;
  const where = asked?.regions === undefined ? "the region" : asked.regions.join(", ");
  const none = `no EKS cluster in ${where}${asked?.pattern === undefined ? "" : ` fits ${asked.pattern}`}`;
  return [
    ...told.map((message) => ({ code: "Kubeconfig", message })),
    ...skipped.map((message) => ({ code: "ClusterSkipped", message })),
    ...(isEmpty ? [{ code: "NoClusterFound", message: none }] : []),
  ];
}

/** Those of several that failed, as one error; undefined when none did. */
export function failureOf(result: UpdateResult): FedctlError | undefined {
  const saved = savedOf(result);
  const errors = [...saved.flatMap(({ error }) => error ?? []), ...result.leftOut.map(({ error }) => error)].filter(
    (error) => !isSkipped(error),
  );
  const [first] = errors;
  if (first === undefined) return undefined;
  if (errors.length === 1 && saved.length + result.leftOut.length === 1) return first;
  const isPart = saved.some(({ error }) => error === undefined);
  const message = `${errors.length} of ${saved.length + result.leftOut.length} failed: ${errors.map((error) => error.message).join("; ")}`;
  const exitCode = isPart ? ExitCode.PartlyFailed : first.exitCode;
  return new FedctlError(isPart ? "PartlyFailed" : first.code, message, { exitCode, hint: first.hint, cause: first });
}
