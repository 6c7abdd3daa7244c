import { describe, expect, test } from "vitest";
import { parseResult, runFedctl } from "../support/fedctl.ts";

const commands = [
  "install",
  "join",
  "get clusters",
  "enable",
  "disable",
  "federate",
  "diff",
  "sync",
  "orphaning-deletion status",
  "unjoin",
  "gc",
  "uninstall",
  "config view",
  "version",
];

describe("help and version", () => {
  test("no arguments print the help on stdout", async () => {
    const result = await runFedctl([]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    for (const command of commands) expect(result.stdout).toContain(`  ${command.split(" ")[0] ?? ""}`);
  });

  test("--version prints the version alone", async () => {
    const result = await runFedctl(["--version"]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("version names commit, Node and platform; --json has them as fields", async () => {
    const text = await runFedctl(["version"]);
    expect(text.stdout).toMatch(/^fedctl version: \d+\.\d+\.\d+ \(commit \w+, node \d+\.\d+\.\d+, \w+\/\w+\)\n$/);
    const document = parseResult(await runFedctl(["version", "--json"]));
    expect(document).toMatchObject({
      apiVersion: "fedctl/v1",
      kind: "VersionResult",
      status: "Succeeded",
      error: null,
    });
    expect(Object.keys(document["version"] as object)).toStrictEqual([
      "version",
      "gitCommit",
      "nodeVersion",
      "platform",
    ]);
  });

  test.each(commands)("%s --help has the flag --json and writes nothing on stderr", async (command) => {
    const result = await runFedctl([...command.split(" "), "--help"]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toContain("--json");
  });
});

describe("what is printed without the program is what the program prints", () => {
  // A flag in front leaves the command line to the program.
  test.each([[[]], [["--help"]], [["-h"]], [["help"]], [["--version"]], [["-V"]]])("%j", async (argv) => {
    const quick = await runFedctl(argv);
    expect(quick.stdout).not.toBe("");
    expect(quick).toStrictEqual(await runFedctl(["--v=0", ...argv]));
  });
});

describe("kubefedctl's command lines", () => {
  test.each([
    ["a group alone prints its help", ["get"], /^Usage: fedctl get /],
    ["help COMMAND", ["help", "join"], /^Usage: fedctl join /],
    [
      "log flags before and behind the command",
      ["--v=2", "--log_dir", "x", "version", "--alsologtostderr"],
      /^fedctl version: /,
    ],
  ])("%s", async (_name, argv, stdout) => {
    const result = await runFedctl(argv);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toMatch(stdout);
  });

  test("log flags are in no help but the program's, in one line", async () => {
    const help = (await runFedctl(["--help"])).stdout;
    expect(help.split("\n").filter((line) => /vmodule|logtostderr/.test(line))).toHaveLength(1);
    expect((await runFedctl(["join", "--help"])).stdout).not.toMatch(/vmodule|logtostderr/);
  });
});

test("orphaning-deletion alone, under either name, prints its help", async () => {
  for (const name of ["orphaning-deletion", "orphaning"]) {
    const result = await runFedctl([name]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toContain("Usage: fedctl orphaning-deletion");
  }
});

describe("wrong command lines", () => {
  test.each([
    ["unknown command", ["jion", "a"], "unknown command 'jion' (Did you mean join?)", 'see "fedctl --help"'],
    ["unknown option", ["join", "a", "--frob"], "unknown option '--frob'", 'see "fedctl join --help"'],
    ["missing argument", ["join"], "missing required argument 'cluster-names'", 'see "fedctl join --help"'],
    [
      "surplus argument",
      ["install", "a"],
      "too many arguments for 'install'. Expected 0 arguments but got 1",
      'see "fedctl install --help"',
    ],
    [
      "missing second argument",
      ["federate", "cm"],
      "missing required argument 'names'",
      "name objects, or select them with -l or -A",
    ],
    [
      "no type to enable",
      ["enable"],
      "missing required argument 'types'",
      "name a type, as in: fedctl enable configmaps",
    ],
    [
      "-o yaml with --json",
      ["enable", "cm", "-o", "yaml", "--json"],
      "--json and --output cannot be combined",
      "leave out one of them",
    ],
    [
      "-t with -o",
      ["federate", "cm", "x", "-t", "-o", "yaml"],
      "--enable-type and --output cannot be combined",
      "leave out one of them",
    ],
    [
      "orphaning-deletion without a name",
      ["orphaning-deletion", "enable", "federatedconfigmaps"],
      "missing required argument 'names'",
      "name an object, or choose with --selector, --all or --all-namespaces",
    ],
    [
      "names and a selector",
      ["orphaning", "status", "federatedconfigmaps", "web", "-l", "app=web"],
      "names and --selector cannot be combined",
      "leave out one of them",
    ],
    [
      "a namespace and all of them",
      ["orphaning", "disable", "federatedconfigmaps", "-A", "-n", "demo"],
      "--namespace and --all-namespaces cannot be combined",
      "leave out one of them",
    ],
    [
      "an empty name",
      ["orphaning", "enable", "federatedconfigmaps", ""],
      "an object's name is empty",
      "is a variable of the script not set?",
    ],
    [
      "unknown subcommand (B-GN8)",
      ["orphaning-deletion", "enabel", "federatedconfigmaps", "web"],
      "unknown command 'enabel' (Did you mean enable?)",
      'see "fedctl orphaning-deletion --help"',
    ],
  ])("%s", async (...[, argv, message, hint]) => {
    const result = await runFedctl(argv);
    expect(result.stderr).toBe(`error: ${message}\nhint: ${hint}\n`);
    expect(result.code).toBe(2);
  });

  test.each([
    [
      "a bad -o",
      ["enable", "cm", "-o", "json"],
      /^error: option '-o, --output <format>' argument 'json' is invalid\. Allowed choices are yaml\nhint: /,
    ],
    [
      "a bad boolean",
      ["join", "a", "--dry-run=maybe"],
      /^error: invalid argument "maybe" for "--dry-run": true or false is wanted\n/,
    ],
    [
      "a bad timeout",
      ["join", "a", "--request-timeout", "0"],
      /^error: option '--request-timeout <duration>' argument '0' is invalid\. it must be greater than zero/,
    ],
    [
      "an unknown command of a group",
      ["get", "clusers"],
      /^error: unknown command 'clusers' \(Did you mean clusters\?\)\nhint: see "fedctl get --help"\n$/,
    ],
    [
      "a bad log flag",
      ["--vmodule=x", "join", "a"],
      /^error: invalid argument "x" for "--vmodule"\nhint: see "fedctl join --help"\n$/,
    ],
  ])("%s", async (_name, argv, stderr) => {
    const result = await runFedctl(argv);
    expect(result.stderr).toMatch(stderr);
    expect(result).toMatchObject({ code: 2, stdout: "" });
  });

  test("--json answers with a document also here", async () => {
    const result = await runFedctl(["join", "--json"]);
    expect(result.code).toBe(2);
    expect(parseResult(result)).toStrictEqual({
      apiVersion: "fedctl/v1",
      kind: "CommandResult",
      status: "Failed",
      changes: [],
      warnings: [],
      clusters: [],
      error: {
        code: "Usage",
        message: "missing required argument 'cluster-names'",
        hint: 'see "fedctl join --help"',
        exitCode: 2,
      },
    });
  });
});

describe("streams", () => {
  test("what the YAML library prints for its own developers is not built in", async () => {
    const stdin = "{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: b}, data: {key: c2VjcmV0}}\n";
    const plain = await runFedctl(["federate", "-f", "-"], { stdin });
    expect(plain.stdout).toContain("kind: FederatedSecret");
    expect(
      await runFedctl(["federate", "-f", "-"], { stdin, env: { LOG_STREAM: "1", LOG_TOKENS: "1" } }),
    ).toStrictEqual(plain);
  });

  test("a reader that stops early is no error", async () => {
    let code: number | null | undefined;
    const result = await runFedctl(["--help"], {
      onStart: (child) => {
        child.stdout?.destroy();
        child.once("close", (status) => (code = status));
      },
    });
    expect(result.stderr).toBe("");
    expect(code).toBe(0);
  });
});
