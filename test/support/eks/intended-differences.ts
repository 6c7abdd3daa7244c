/** The parts of a recording that a replay compares. */
export type Part = "success" | "stdout" | "quiet" | "files" | "modes" | "dirs" | "requests";

export interface IntendedDifference {
  readonly recording: string;
  readonly parts: readonly Part[];
  readonly reason: string;
}

const alwaysJson = "0075: a plugin that prints anything but the ExecCredential breaks kubectl";
const ownCache = "0076: the role's keys are kept for an hour in a file of fedctl's own";

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
    parts: ["files", "modes", "dirs"] as const,
    reason: ownCache,
  })),
  {
    recording: "gt-profile-source-role",
    parts: ["files", "dirs"],
    reason: "0075: the cache of aws, whose text and time of expiry differ by version",
  },
];
