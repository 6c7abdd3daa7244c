import { describe, expect, test } from "vitest";
import { intendedChanges, intendedSuccesses } from "../../support/parity/differences.ts";
import { mask, maskObjects } from "../../support/parity/masks.ts";

const servers = { earth: "https://127.0.0.1:1", vulcan: "https://127.0.0.1:2" };

describe("masks", () => {
  test("drops what servers keep, and names secrets, times and addresses", () => {
    const object = {
      metadata: { name: "a-x7k2p", uid: "u", creationTimestamp: "t", labels: { "fedctl.dev/x": "y" }, annotations: {} },
      spec: { clusterIP: "10.0.0.7", endpoint: "https://127.0.0.1:2/x", id: "61e24bec-6ef1-4d69-8e9f-06e0057e1370" },
      data: { token: "secret", "ca.crt": "PEM", other: "kept" },
      status: { observedGeneration: 3, conditions: [{ lastTransitionTime: "t", type: "Ready" }] },
    };
    const masked = mask(object, servers);
    expect(masked).toStrictEqual({
      metadata: { name: "a-XXXXX" },
      spec: { clusterIP: "<ip>", endpoint: "<server vulcan>/x", id: "<uid>" },
      data: { token: "<token>", "ca.crt": "<ca>", other: "kept" },
      status: { conditions: [{ lastTransitionTime: "<time>", type: "Ready" }] },
    });
    expect(mask(masked, servers)).toStrictEqual(masked);
  });

  test("keeps marks of others", () => {
    const metadata = { labels: { "app.kubernetes.io/managed-by": "helm", a: "b" } };
    expect(mask({ metadata }, servers)).toStrictEqual({ metadata });
  });

  test("keys of generated names are told apart by primes", () => {
    const objects = { "v1/secrets ns/a-bcdfg": { kind: "Secret", x: 1 }, "v1/secrets ns/a-ghjkl": { x: 2 } };
    const masked = { "v1/secrets ns/a-XXXXX": { x: 1 }, "v1/secrets ns/a-XXXXX'": { x: 2 } };
    expect(maskObjects(objects, servers)).toStrictEqual(masked);
    expect(maskObjects(masked, servers)).toStrictEqual(masked);
  });
});

describe("intended differences", () => {
  const about = { recording: "r", reason: "because", cluster: "earth" } as const;
  const recorded = { earth: { "v1/a x/y": { spec: { b: 1, c: 2 } }, "v1/d x/z": {} } };

  test("take away objects and fields", () => {
    const differences = [
      { ...about, object: "v1/a x/y", path: "/spec/b" },
      { ...about, object: "v1/d *" },
    ];
    expect(intendedChanges(recorded, differences)).toStrictEqual({ earth: { "v1/a x/y": { spec: { c: 2 } } } });
  });

  test.each([
    { ...about, object: "v1/e x/y" },
    { ...about, object: "v1/a x/y", path: "/spec/nosuch" },
    { ...about, object: "v1/a x/y", path: "/nosuch/b" },
    { ...about, cluster: "vulcan" as const, object: "v1/a x/y" },
  ])("are out of date where nothing of the kind was recorded: %j", (difference) => {
    expect(() => intendedChanges(recorded, [difference])).toThrow(/^not recorded: /);
  });

  test("turn the outcome of a call", () => {
    expect(intendedSuccesses([true, false], [{ recording: "r", reason: "because", run: 1 }])).toStrictEqual([
      true,
      true,
    ]);
    expect(() => intendedSuccesses([true], [{ recording: "r", reason: "because", run: 1 }])).toThrow("call 1");
  });
});
