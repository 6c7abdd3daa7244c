import { describe, expect, test } from "vitest";
import { ExitCode, FedctlError } from "../../../src/errors.ts";
import type { Change } from "../../../src/federation/report.ts";
import { palette, plain } from "../../../src/output/colour.ts";
import { renderChanges, renderError } from "../../../src/output/text.ts";

const secret: Change["object"] = { apiVersion: "v1", kind: "Secret", namespace: "ns", name: "s" };
const crd: Change["object"] = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", name: "c" };

describe("renderChanges", () => {
  test("a row per object, columns aligned, reason behind the word", () => {
    const changes: Change[] = [
      { cluster: "earth", action: "create", object: crd, outcome: "done" },
      { cluster: "vulcan", action: "keep", object: secret, outcome: "done", reason: "not made by join" },
      { cluster: "vulcan", action: "delete", object: secret, outcome: "planned" },
      {
        cluster: "vulcan",
        action: "update",
        object: secret,
        outcome: "failed",
        error: new FedctlError("ServerError", "x"),
      },
    ];
    expect(renderChanges(changes, plain)).toBe(
      [
        "CLUSTER   NAMESPACE   OBJECT                                            RESULT",
        "earth     -           customresourcedefinition.apiextensions.k8s.io/c   created",
        "vulcan    ns          secret/s                                          unchanged (not made by join)",
        "vulcan    ns          secret/s                                          would be deleted",
        "vulcan    ns          secret/s                                          failed to update",
        "",
      ].join("\n"),
    );
  });

  test("nothing for no change", () => {
    expect(renderChanges([], plain)).toBe("");
  });

  test("colours wrap words, never change them", async () => {
    const [, row = ""] = renderChanges(
      [{ cluster: "a", action: "create", object: secret, outcome: "done" }],
      await palette(true),
    ).split("\n");
    expect(row).toBe("a         ns          secret/s   \u001b[32mcreated\u001b[39m");
  });
});

describe("renderError", () => {
  test("one line and a hint, line breaks of servers folded", () => {
    const error = new FedctlError("ServerError", "the server said:\n  no", {
      hint: "try\nagain",
      exitCode: ExitCode.Failed,
    });
    expect(renderError(error, plain)).toBe("error: the server said: no\nhint: try again\n");
  });

  test("no hint line without a hint", () => {
    expect(renderError(new FedctlError("ServerError", "no"), plain)).toBe("error: no\n");
  });
});
