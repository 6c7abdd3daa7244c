import { describe, expect, test } from "vitest";
import { ExitCode, FedctlError } from "../../../src/errors.ts";
import { type CommandOutcome, renderJson } from "../../../src/output/json.ts";

const nothing: CommandOutcome = {
  kind: "JoinResult",
  dryRun: false,
  changes: [],
  warnings: [],
  clusters: [],
  error: undefined,
};
const parse = (outcome: CommandOutcome): unknown => JSON.parse(renderJson(outcome));

describe("renderJson", () => {
  test("every field stands there, also when empty", () => {
    expect(parse(nothing)).toStrictEqual({
      apiVersion: "fedctl/v1",
      kind: "JoinResult",
      status: "Succeeded",
      changes: [],
      warnings: [],
      clusters: [],
      error: null,
    });
  });

  test("a failed change carries its error", () => {
    const error = new FedctlError("PartlyFailed", "1 of 2 failed", {
      exitCode: ExitCode.PartlyFailed,
      hint: "run it again",
    });
    const outcome: CommandOutcome = {
      ...nothing,
      error,
      changes: [
        {
          cluster: "earth",
          action: "create",
          outcome: "failed",
          object: { apiVersion: "v1", kind: "Namespace", name: "n" },
          error: new FedctlError("ServerForbidden", "no"),
        },
      ],
    };
    expect(parse(outcome)).toMatchObject({
      status: "PartlyFailed",
      changes: [
        {
          object: { apiVersion: "v1", kind: "Namespace", namespace: null, name: "n" },
          reason: null,
          error: { code: "ServerForbidden", message: "no", hint: null, exitCode: 1 },
        },
      ],
      error: { code: "PartlyFailed", message: "1 of 2 failed", hint: "run it again", exitCode: 4 },
    });
  });

  test.each([
    ["a plan", { ...nothing, dryRun: true }, "Planned"],
    ["a failed plan", { ...nothing, dryRun: true, error: new FedctlError("Usage", "x") }, "Failed"],
  ])("%s", (_name, outcome, status) => {
    expect(parse(outcome)).toMatchObject({ status });
  });

  test("ends in a newline", () => {
    expect(renderJson(nothing).endsWith("}\n")).toBe(true);
  });
});
