import { Command, Option } from "commander";
import { describe, expect, test } from "vitest";
import { AwsOption } from "../../../src/commands/aws-option.ts";
import { readCommandLine } from "../../../src/commands/command-line.ts";

function read(...argv: readonly string[]): readonly string[] {
  const command = new Command("update")
    .addOption(new AwsOption("command", "--alias <name>"))
    .addOption(new AwsOption("command", "--assume-role-arn <arn>"))
    .addOption(new AwsOption("command", "--proxy-url <url>"))
    .addOption(new AwsOption("command", "--dry-run"))
    .addOption(new AwsOption("global", "--profile <name>"))
    .addOption(new AwsOption("global", "--debug"))
    .addOption(new Option("--all"))
    .addOption(new Option("--namespace <name>"));
  const program = new Command("fedctl").addCommand(command);
  return readCommandLine(["update", ...argv], program).args;
}

describe("beginnings of aws's options", () => {
  test.each([
    ["a unique one", ["--ass", "r"], ["--assume-role-arn=r"]],
    ["with a value behind an equals sign", ["--ali=x"], ["--alias=x"]],
    ["of a flag", ["--dry"], ["--dry-run"]],
    ["the global one has the say", ["--pro", "x"], ["--profile=x"]],
    ["what only the command has", ["--prox", "x"], ["--proxy-url=x"]],
    ["an option of fedctl alone makes nothing unclear, and has to be written out", ["--al", "x"], ["--alias=x"]],
    ["one of fedctl's is none", ["--namesp", "x"], ["--namesp", "--", "x"]],
    ["an exact name is no beginning", ["--all"], ["--all"]],
  ])("%s", (_, argv, args) => {
    expect(read(...argv)).toEqual(args);
  });

  test("an unclear one is refused with what it could be", () => {
    expect(() => read("--a", "x")).toThrow("ambiguous option: --a could match --alias, --assume-role-arn");
  });
});
