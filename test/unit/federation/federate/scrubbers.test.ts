import { describe, expect, it } from "vitest";
import type { UnknownObject } from "../../../../src/kube/objects.ts";
import { scrub } from "../../../../src/federation/federate/scrubbers.ts";
import { templateOf } from "../../../../src/federation/federate/template.ts";

const pod = { group: "", kind: "Pod" };

describe("what admission fills in", () => {
  it("of a Pod goes, and what the user chose stays", () => {
    const chosen = {
      priorityClassName: "high",
      runtimeClassName: "kata",
      serviceAccountName: "bot",
      tolerations: [
        { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
      ],
    };
    const assigned = { priority: 10, preemptionPolicy: "Never", overhead: { cpu: "1" }, nodeName: "n" };
    expect(scrub({ spec: { ...chosen, ...assigned, ephemeralContainers: [{ name: "debug" }] } }, pod)).toEqual({
      spec: chosen,
    });
  });

  it("into the volumes of a Pod before Kubernetes 1.21 goes too", () => {
    const volumeMounts = [{ name: "bot-token-x7k2p", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" }];
    const spec = {
      volumes: [
        { name: "bot-token-x7k2p", secret: { secretName: "bot-token-x7k2p" } },
        { name: "my-token-abcde", secret: { secretName: "other" } },
        { name: "kube-api-access-4jgtc", emptyDir: {} },
      ],
      containers: [{ name: "a", volumeMounts }],
    };
    expect(scrub({ spec }, pod)).toEqual({ spec: { volumes: spec.volumes.slice(1), containers: [{ name: "a" }] } });
  });

  it("of a ServiceAccount in OpenShift are pull secrets with a generated name", () => {
    const kind = { group: "", kind: "ServiceAccount" };
    const template = { imagePullSecrets: [{ name: "bot-dockercfg-x7k2p" }, { name: "mine" }] };
    expect(scrub(template, kind)).toEqual({ imagePullSecrets: [{ name: "mine" }] });
    expect(scrub({ imagePullSecrets: [{ name: "bot-dockercfg-x7k2p" }] }, kind)).toEqual({});
  });
});

describe("objects of any shape", () => {
  const kinds = ["Namespace", "ServiceAccount", "Service", "PersistentVolumeClaim", "PersistentVolume", "Pod"];
  const scrubbed = [...kinds.map((kind) => ({ group: "", kind })), { group: "batch", kind: "Job" }];

  it.each(scrubbed)("are no surprise, and stay as they were: $group/$kind (B-FD8)", (kind) => {
    const random = randomFrom(2026);
    for (let round = 0; round < 3_000; round += 1) {
      const source = freeze({ spec: shapeOf(random, 4), ...(random() < 0.9 && { metadata: shapeOf(random, 2) }) });
      const once = scrub(source, kind);
      expect(scrub(once, kind)).toEqual(once);
      // A server's metadata is none of these; a file's may be.
      expect(() => templateOf(source as UnknownObject, kind)).not.toThrow();
    }
  });
});

/** Field names that scrubbers look at, so that chance finds its way into them. */
const fields = (
  "spec template metadata labels ports nodePort clusterIP volumes containers initContainers volumeMounts name projected " +
  "secret secretName claimRef uid selector manualSelector controller-uid secrets imagePullSecrets finalizers __proto__"
).split(" ");
const texts = ["None", "", "kube-api-access-4jgtc", "a-token-abcde", "a-dockercfg-abcde"];

/** A value of any JSON type, in which objects are made of these fields. */
function shapeOf(random: () => number, depth: number): unknown {
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const sort = Math.floor(random() * (depth > 0 ? 8 : 4));
  if (sort === 0) return null;
  if (sort === 1) return random() < 0.5;
  if (sort === 2) return Math.floor(random() * 10);
  if (sort === 3) return pick(texts);
  const length = Math.floor(random() * 5);
  if (sort === 4) return Array.from({ length }, () => shapeOf(random, depth - 1));
  return Object.fromEntries(Array.from({ length }, () => [pick(fields), shapeOf(random, depth - 1)]));
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

/** The same numbers in every run (mulberry32's recurrence). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
