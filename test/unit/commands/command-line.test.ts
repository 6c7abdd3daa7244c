import { Command, Option } from "commander";
import { describe, expect, test } from "vitest";
import { type CommandLine, commandPath, readCommandLine, wantsJson } from "../../../src/commands/command-line.ts";

function program(): Command {
  const federate = new Command("federate")
    .option("-c, --contents")
    .option("-n, --namespace <namespace>")
    .option("--error-on-existing", "", true)
    .option("--no-error-on-existing")
    .addOption(new Option("-o, --output <format>").choices(["yaml"]))
    .option("-v, --v <level>")
    .option("--json");
  const status = new Command("status").alias("st").option("-n, --namespace <namespace>");
  return new Command("fedctl")
    .option("-V, --version")
    .addCommand(federate)
    .addCommand(new Command("orphaning-deletion").addCommand(status));
}

const read = (...argv: string[]): CommandLine => readCommandLine(argv, program());

describe("where the command stands", () => {
  test.each([
    ["first", ["federate", "cm", "-n", "x"], ["--namespace=x", "--", "cm"]],
    ["behind its own flags", ["-n", "x", "federate", "cm"], ["--namespace=x", "--", "cm"]],
    ["behind log flags", ["--v=2", "--log_dir", "x", "federate", "cm"], ["--v=2", "--", "cm"]],
    ["named like a value", ["-n", "federate", "federate", "federate"], ["--namespace=federate", "--", "federate"]],
  ])("%s", (_name, argv, args) => {
    const line = read(...argv);
    expect(commandPath(line.command)).toBe("fedctl federate");
    expect(line).toMatchObject({ args, wantsHelp: false });
  });

  test("in a group, by its alias", () => {
    const line = read("orphaning-deletion", "--v=1", "st", "x");
    expect(commandPath(line.command)).toBe("fedctl orphaning-deletion status");
    expect(line.args).toStrictEqual(["--", "x"]);
  });

  test("nowhere: flags of a command that does not exist are left out", () => {
    expect(read("fedrate", "cm", "--contents", "--frob")).toMatchObject({ args: ["fedrate", "cm"], wantsHelp: false });
  });

  test("nowhere: what is behind -- names none", () => {
    expect(read("--", "federate")).toMatchObject({ args: ["federate"], wantsHelp: false });
  });
});

describe("what Commander is given", () => {
  test.each([
    ["a negative boolean", ["--error-on-existing=false"], ["--no-error-on-existing"]],
    ["the last of several booleans", ["--error-on-existing=F", "--error_on_existing=t"], ["--error-on-existing"]],
    ["a negation of a negation", ["--no-error-on-existing=false"], ["--error-on-existing"]],
    ["nothing for what is false anyway", ["-c", "--contents=0"], []],
    ["values as they are", ["-n=-x", "-n", "--", "--namespace="], ["--namespace=-x", "--namespace=--", "--namespace="]],
    ["no empty choice", ["-o", ""], []],
    ["dashes before what may look like a flag", ["a", "-c", "--", "-b"], ["--contents", "--", "a", "-b"]],
    ["an unknown flag first", ["a", "-cfrob"], ["-frob", "--contents", "--", "a"]],
  ])("%s", (_name, argv, args) => {
    expect(read("federate", ...argv).args).toStrictEqual(args);
  });
});

describe("log flags", () => {
  const accepted = [
    ["--add-dir-header", "--alsologtostderr", "--logtostderr=false", "--one_output", "--skip-headers=t"],
    ["--skip_log_headers", "--log-backtrace-at", "main.go:12", "--log_dir", "x", "--log-file=y", "--log-dir="],
    ["--log-file-max-size=0", "--log-flush-frequency", "1m5s", "--stderrthreshold", "ERROR", "--stderrthreshold=2"],
    ["--vmodule=a=2,b*=3", "--vmodule="],
  ];
  test.each(accepted)("%s ...", (...flags) => {
    expect(read(...flags, "federate", "a").args).toStrictEqual(["--", "a"]);
    expect(read("federate", ...flags, "a", ...flags).args).toStrictEqual(["--", "a"]);
    expect(read("orphaning-deletion", ...flags)).toMatchObject({ args: [], wantsHelp: true });
  });

  test.each([["-v6"], ["-v", "6"], ["-v=6"], ["--v=6"], ["--v", "6"], ["-cv6", "--contents=false"]])(
    "%s",
    (...argv) => {
      expect(read("federate", ...argv).args).toStrictEqual(["--v=6"]);
    },
  );

  test.each([
    ["--vmodule=a", 'invalid argument "a" for "--vmodule"'],
    ["--v=high", 'invalid argument "high" for "--v"'],
    ["--stderrthreshold=5x", 'invalid argument "5x" for "--stderrthreshold"'],
    ["--log-flush-frequency=5", 'invalid argument "5" for "--log-flush-frequency"'],
    ["--log-backtrace-at=12", 'invalid argument "12" for "--log-backtrace-at"'],
    ["--log-file-max-size=-1", 'invalid argument "-1" for "--log-file-max-size"'],
    ["--skip-headers=2", 'invalid argument "2" for "--skip-headers": true or false is wanted'],
    ["--log-dir", "flag needs a value: --log-dir"],
  ])("%s is refused", (flag, message) => {
    expect(() => read("federate", flag)).toThrow(message);
  });
});

describe("help", () => {
  test.each([
    ["nothing", [], "fedctl"],
    ["log flags alone", ["--v=2"], "fedctl"],
    ["a group alone", ["orphaning-deletion"], "fedctl orphaning-deletion"],
    ["help", ["help"], "fedctl"],
    ["help of a command", ["help", "orphaning-deletion", "status"], "fedctl orphaning-deletion status"],
    ["help in a group", ["orphaning-deletion", "help", "status"], "fedctl orphaning-deletion status"],
    ["--help anywhere", ["--help", "federate", "a"], "fedctl federate"],
    ["-h in a group of flags", ["federate", "-ch"], "fedctl federate"],
  ])("%s", (_name, argv, path) => {
    const line = read(...argv);
    expect(line.wantsHelp).toBe(true);
    expect(commandPath(line.command)).toBe(path);
  });

  test.each([[["help", "nosuch"]], [["nosuch", "--help"]], [["orphaning-deletion", "nosuch"]], [["--version"]]])(
    "not for %j",
    (argv) => {
      expect(read(...argv).wantsHelp).toBe(false);
    },
  );
});

test.each([
  [["federate", "--json"], true],
  [["--json=true", "nosuch"], true],
  [["federate", "--json", "--json=false"], false],
  [["federate", "-n", "--json"], false],
  [["federate", "--", "--json"], false],
])("wantsJson %j", (argv, expected) => {
  expect(wantsJson(argv, program())).toBe(expected);
});
