/** The parts of a recording that a replay compares. */
export type Part = "success" | "stdout" | "quiet" | "files" | "data" | "modes" | "dirs" | "requests";

export interface IntendedDifference {
  readonly recording: string;
  readonly parts: readonly Part[];
  readonly reason: string;
}

const alwaysJson = "0075: a plugin that prints anything but the ExecCredential breaks kubectl";
const ownCache = "0076: the role's keys are kept for an hour in a file of fedctl's own";

const foreignBytes = "0085: what is not this cluster's stays byte for byte: comments, style, BOM, repeated keys";
const kubectlRefuses = "0085: kubectl refuses this file, before and after; a warning says so";
const refused = ["success", "stdout", "quiet", "files", "data"] as const;

/** What fedctl does otherwise than aws on purpose. An entry that its recording does not need makes the replay fail. */
export const intendedDifferences: readonly IntendedDifference[] = [
  { recording: "gt-output-env-text", parts: ["stdout"], reason: alwaysJson },
  { recording: "gt-output-table", parts: ["stdout"], reason: alwaysJson },
  { recording: "gt-output-text", parts: ["stdout"], reason: alwaysJson },
  { recording: "gt-query-status", parts: ["stdout"], reason: alwaysJson },
  { recording: "gt-query-token-text", parts: ["stdout"], reason: alwaysJson },
  { recording: "gt-query-invalid", parts: ["success", "stdout", "quiet"], reason: alwaysJson },
  {
    recording: "gt-no-sign-request",
    parts: ["success", "stdout", "quiet"],
    reason: "0075: an unsigned token is refused by every cluster",
  },
  {
    recording: "gt-exec-info-null",
    parts: ["success", "stdout"],
    reason: "0075: aws ends with a Python error; a fallback serves",
  },
  {
    recording: "gt-neither-with-role",
    parts: ["requests"],
    reason: "0075: options are checked before anything is asked",
  },
  ...["gt-role-arn", "gt-role-arn-region", "gt-profile-source-role-plus-role-arn"].map((recording) => ({
    recording,
    parts: ["files", "data", "modes", "dirs"] as const,
    reason: ownCache,
  })),
  {
    recording: "gt-profile-source-role",
    parts: ["files", "data", "dirs"],
    reason: "0075: the cache of aws, whose text and time of expiry differ by version",
  },
  ...[
    "uk-bom-file",
    "uk-comment-only-file",
    "uk-duplicate-map-keys",
    "uk-json-kubeconfig",
    "uk-replace-keeps-position",
    "uk-yaml-fidelity-blocks",
    "uk-yaml-indent-style",
  ].map((recording) => ({ recording, parts: ["files"] as const, reason: foreignBytes })),
  ...["uk-name-scalar-on", "uk-name-scalar-y"].map((recording) => ({
    recording,
    parts: ["files", "data"] as const,
    reason: "0085: kubectl reads aws's unquoted text as a boolean, and refuses the file",
  })),
  { recording: "uk-alias-special-chars", parts: ["files"], reason: "0085: another way to quote the same text" },
  ...["uk-dry-run-existing", "uk-read-only-file-dry-run"].map((recording) => ({
    recording,
    parts: ["stdout"] as const,
    reason: "0085: no other user's token is shown",
  })),
  { recording: "uk-duplicate-cluster-names", parts: ["quiet"], reason: kubectlRefuses },
  { recording: "uk-entry-without-name", parts: ["quiet", "files"], reason: `${kubectlRefuses}; its flow style stays` },
  {
    recording: "uk-two-roles-same-cluster-clobber",
    parts: ["quiet"],
    reason: "0085: a warning says that the other context's role changed, too",
  },
  { recording: "uk-kind-other-not-checked", parts: refused, reason: "0085: a Deployment is no kubeconfig" },
  { recording: "uk-yaml-nonstring-keys", parts: refused, reason: "0085: a key that is null has no meaning to kubectl" },
  {
    recording: "uk-no-endpoint",
    parts: [...refused, "modes", "dirs"],
    reason: "0085: a cluster without address cannot be reached",
  },
  { recording: "uk-stale-lock-file-ignored", parts: refused, reason: "0070: another program's lock is respected" },
  {
    recording: "uk-user-alias-clobbers-foreign-user",
    parts: refused,
    reason: "0085: another cluster's user is not taken over without --overwrite",
  },
  { recording: "uk-name-empty", parts: ["requests"], reason: "0085: an empty name is no name; nothing is asked" },
  {
    recording: "uk-profile-env-dropped-on-rerun",
    parts: ["files", "data"],
    reason: "0085: entries are merged; env, namespace and extensions survive",
  },
];
