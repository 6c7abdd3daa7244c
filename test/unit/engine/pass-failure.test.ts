import { describe, expect, test } from "vitest";
import { causesOf, amissWords, hintFor, isRefused, timedOut } from "../../../src/engine/pass-failure.ts";
import { suggestPass } from "../../../src/engine/suggest-pass.ts";
import { FedctlError } from "../../../src/errors.ts";
import type { Change } from "../../../src/federation/report.ts";

const failed = (cluster: string, reason: string, error: FedctlError): Change => ({
  cluster,
  action: "update",
  object: { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "a" },
  outcome: "failed",
  reason,
  error,
});
const because = (message: string): FedctlError => new FedctlError("PartlyFailed", message);
const answer = (status: number, message = "no"): FedctlError =>
  new FedctlError("ServerInvalid", message, { cause: { status, reason: "", message, details: undefined } });

describe("causes", () => {
  test("a cluster that is not ready is one cause, whatever it holds up", () => {
    const changes = ["a", "b", "c", "d"].map((name) => failed("mars", "ClusterNotReady", because(`${name}: down`)));
    expect(causesOf([...changes, failed("vulcan", "UpdateFailed", because("refused"))])).toBe(
      "a: down; refused; and 3 more",
    );
  });

  test("none, where nothing failed", () => {
    const { error, ...change } = failed("mars", "", because("x"));
    expect(error?.message).toBe("x");
    expect(causesOf([{ ...change, outcome: "done" }])).toBe("");
  });
});

describe("hints can be pasted", () => {
  const address = { type: "configmaps", name: "a", namespace: "it's", hostClusterContext: "earth" };

  test("the same selection of the same control plane", () => {
    expect(suggestPass("sync", address)).toBe(`fedctl sync configmaps a -n 'it'\\''s' --host-cluster-context earth`);
  });

  test.each([
    ["ClusterNotReady", "see how the clusters are: fedctl get clusters --host-cluster-context earth"],
    ["ClusterNotFound", "join it, or take it out of the placement: fedctl join mars --host-cluster-context earth"],
  ])("%s", (reason, hint) => {
    const changes = [failed("mars", reason, because("x"))];
    expect(hintFor("sync", changes, { ...address, type: undefined, name: undefined, namespace: undefined })).toBe(hint);
  });

  test("a server's own hint goes first; else the command again", () => {
    const error = new FedctlError("ServerForbidden", "no", { hint: "see what you may do" });
    expect(hintFor("sync", [failed("mars", "UpdateFailed", error)], address)).toBe("see what you may do");
    expect(hintFor("diff", [failed("mars", "UpdateFailed", because("no"))], address)).toMatch(
      /: fedctl diff configmaps a -n /,
    );
  });

  test("after a limit, a longer one", () => {
    const pass = { namespace: "shop", timeoutMs: 300_000 };
    expect(timedOut({ pending: 1, changes: [] }, pass)).toMatchObject({
      exitCode: 5,
      message: "1 object is not as it should be after 300 s",
      hint: "with more time: fedctl sync -n shop --timeout 600s",
    });
  });
});

test("counts read as a person would say them", () => {
  expect([amissWords(1), amissWords(2), amissWords(1, 3), amissWords(2, 3)]).toEqual([
    "1 object is not as it should be",
    "2 objects are not as they should be",
    "1 of 3 objects is not as it should be",
    "2 of 3 objects are not as they should be",
  ]);
});

describe("what servers refuse is not tried for ever", () => {
  const outcome = { reason: "", next: "retry" } as const;
  const member = { cluster: "mars", action: "update", status: "UpdateFailed" } as const;

  test.each([
    ["invalid content", answer(422), true],
    ["no permission", answer(403), true],
    ["a namespace that is being deleted", answer(403, "because it is being terminated"), false],
    ["a server that is busy", answer(429), false],
    ["a server that is down", because("connection refused"), false],
  ])("%s", (_, error, expected) => {
    expect(isRefused({ ...outcome, members: [{ ...member, error }] })).toBe(expected);
  });

  test("but while something is still being deleted, it is waited for", () => {
    const waits = { cluster: "vulcan", action: "wait", status: "WaitingForRemoval" } as const;
    expect(isRefused({ ...outcome, members: [{ ...member, error: answer(422) }, waits] })).toBe(false);
  });
});
