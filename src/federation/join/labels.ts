import { ExitCode, FedctlError } from "../../errors.ts";
import { isSubdomain } from "../names.ts";

const longestPart = 63;
const part = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** By the rules of Kubernetes, before anything is contacted. @throws FedctlError InvalidName naming the label */
export function requireLabels(labels: Readonly<Record<string, string>> | undefined): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    const slash = key.lastIndexOf("/");
    const prefix = slash < 0 ? undefined : key.slice(0, slash);
    if (!isPart(key.slice(slash + 1)) || (prefix !== undefined && !isSubdomain(prefix)))
      throw invalid(`"${key}" cannot be the key of a label`);
    if (value !== "" && !isPart(value)) throw invalid(`"${value}" cannot be the value of label "${key}"`);
  }
}

function isPart(text: string): boolean {
  return text.length <= longestPart && part.test(text);
}

function invalid(message: string): FedctlError {
  return new FedctlError(
    "InvalidName",
    `${message}: letters, digits, "-", "_" and "." are allowed, ${longestPart} at most`,
    { exitCode: ExitCode.Usage, hint: "give labels as in --label region=eu-west --label example.com/tier=gold" },
  );
}
