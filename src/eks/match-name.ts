import { ExitCode, FedctlError } from "../errors.ts";

/** What a shell's pattern (`*`, `?`, `[a-z]`, `[!a]`) matches, as a whole. @throws FedctlError Usage */
export function matchName(pattern: string): (name: string) => boolean {
  const parts = pattern.match(/\[!?\]?[^\]]*\]|[\s\S]/g) ?? [];
  const expression = compile(`^${parts.map(translate).join("")}$`, pattern);
  return (name) => expression.test(name);
}

function compile(source: string, pattern: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new FedctlError("Usage", `"${pattern}" is no pattern: a range runs backwards`, {
      exitCode: ExitCode.Usage,
      hint: "give one such as 'prod-*' or 'shop-[a-c]'",
      cause,
    });
  }
}

function translate(part: string): string {
  if (part === "*") return ".*";
  if (part === "?") return ".";
  if (part.length === 1) return part.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
  const isNegated = part.startsWith("[!");
  const members = part.slice(isNegated ? 2 : 1, -1).replace(/[\\[\]^]/g, "\\$&");
  return `[${isNegated ? "^" : ""}${members}]`;
}
