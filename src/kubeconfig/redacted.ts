import { writeYaml } from "../yaml/write-yaml.ts";
import { isBody, type KubeconfigDocument } from "./document.ts";
import { parseUntyped } from "./parse.ts";

const secretKey = /(^|[-_.])token$|password|secret|key-data$/i;
const secretVariable = /key|secret|token|password/i;
const secretFlag = /^--?[\w-]*(token|secret|password)[\w-]*/i;

/** A whole kubeconfig as YAML in aws's style, without comments and without what gives access. */
export function redactedYaml(document: KubeconfigDocument): string {
  return writeYaml(redacted(parseUntyped(document.text())), "aws");
}

/** The data with `REDACTED` where tokens, passwords and keys are, also in unknown fields, plugins' arguments and variables. */
export function redacted(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/^([\w+.-]+:\/\/[^/:@]*:)[^/@]+@/, "$1REDACTED@");
  if (Array.isArray(value)) return redactedList(value as readonly unknown[]);
  if (!isBody(value)) return value;
  const isVariable = secretVariable.test(String(value.get("name"))) && typeof value.get("value") === "string";
  return new Map(
    [...value].map(([key, item]): [string, unknown] => {
      const isSecret = secretKey.test(key) || (isVariable && key === "value");
      return [key, isSecret && typeof item !== "object" ? "REDACTED" : redacted(item)];
    }),
  );
}

function redactedList(list: readonly unknown[]): readonly unknown[] {
  return list.map((item, index) => {
    const before = list[index - 1];
    if (typeof item !== "string") return redacted(item);
    const flag = secretFlag.exec(item)?.[0];
    if (flag !== undefined && item.startsWith("=", flag.length)) return `${flag}=REDACTED`;
    const isValue = typeof before === "string" && secretFlag.exec(before)?.[0] === before && !item.startsWith("-");
    return isValue ? "REDACTED" : redacted(item);
  });
}
