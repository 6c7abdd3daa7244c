import { describe, expect, test } from "vitest";
import { type Flag, readArguments } from "../../../src/commands/argv.ts";

const contents: Flag = { name: "contents", takesValue: false };
const enableType: Flag = { name: "enable-type", takesValue: false };
const output: Flag = { name: "output", takesValue: true };
const flags = new Map([
  ["--contents", contents],
  ["-c", contents],
  ["--enable-type", enableType],
  ["-t", enableType],
  ["--output", output],
  ["-o", output],
]);

/** `flag=value`, `flag` where there is none, and positional arguments in quotes. */
function read(...argv: string[]): string[] {
  return readArguments(argv, (spelling) => flags.get(spelling)).map((argument) => {
    if (argument.kind === "positional") return `"${argument.text}"${argument.isBehindDashes ? " behind" : ""}`;
    if (argument.kind === "unknown") return `unknown ${argument.text}`;
    return argument.value === undefined ? argument.flag.name : `${argument.flag.name}=${argument.value}`;
  });
}

describe("readArguments", () => {
  test.each([
    ["a value of its own", ["--output", "yaml", "a"], ["output=yaml", '"a"']],
    ["a value behind =", ["a", "--output=yaml"], ['"a"', "output=yaml"]],
    ["an empty value", ["--output=", "--output", "", "-o", ""], ["output=", "output=", "output="]],
    ["= in a value", ["--output=a=b"], ["output=a=b"]],
    ["a value that looks like a flag", ["--output", "-c", "-o", "--"], ["output=-c", "output=--"]],
    ["a value that is missing", ["a", "--output"], ['"a"', "output"]],
    ["underscores", ["--enable_type", "--output=a_b"], ["enable-type", "output=a_b"]],
    ["a boolean takes no argument", ["--contents", "true"], ["contents", '"true"']],
    ["a boolean with a value", ["--contents=false", "-c=0"], ["contents=false", "contents=0"]],
    ["a short flag's value", ["-o", "a", "-ob", "-o=c"], ["output=a", "output=b", "output=c"]],
    ["a group", ["-ct"], ["contents", "enable-type"]],
    [
      "a group and its last one's value",
      ["-cto", "a", "-ctob", "-ct=false"],
      ["contents", "enable-type", "output=a", "contents", "enable-type", "output=b", "contents", "enable-type=false"],
    ],
    ["behind --", ["a", "--", "-c", "--", "b"], ['"a"', '"-c" behind', '"--" behind', '"b" behind']],
    ["a dash alone", ["-", "-o", "-"], ['"-"', "output=-"]],
    ["unknown flags", ["--frob=1", "-cx"], ["unknown --frob", "contents", "unknown -x"]],
  ])("%s", (_name, argv, expected) => {
    expect(read(...argv)).toStrictEqual(expected);
  });
});
