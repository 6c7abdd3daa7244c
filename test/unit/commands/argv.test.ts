import { describe, expect, test } from "vitest";
import { normaliseArgv } from "../../../src/commands/argv.ts";

const booleans = new Map([
  ["dry-run", { negatable: false }],
  ["error-on-existing", { negatable: true }],
]);

describe("normaliseArgv", () => {
  test.each([
    ["plain", ["join", "a", "--dry-run"], ["join", "a", "--dry-run"]],
    ["underscores", ["--host_cluster_context", "x", "--dry_run"], ["--host-cluster-context", "x", "--dry-run"]],
    ["values keep theirs", ["--secret-name=a_b"], ["--secret-name=a_b"]],
    ["true", ["--dry-run=true", "--dry-run=T"], ["--dry-run", "--dry-run"]],
    ["false", ["--error-on-existing=false", "--dry-run=0"], ["--no-error-on-existing"]],
    ["the last one wins", ["--dry-run", "--dry-run=false"], []],
    ["value with =", ["--secret-name=a=b"], ["--secret-name=a=b"]],
    ["behind --", ["--", "--dry_run"], ["--", "--dry_run"]],
    ["short flags", ["-v", "6", "-n=x"], ["-v", "6", "-n=x"]],
  ])("%s", (_name, argv, expected) => {
    expect(normaliseArgv(argv, booleans)).toStrictEqual(expected);
  });

  test("refuses another value of a boolean", () => {
    expect(() => normaliseArgv(["--dry-run=maybe"], booleans)).toThrow('invalid argument "maybe" for "--dry-run"');
  });
});
