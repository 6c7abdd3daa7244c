import { describe, expect, test } from "vitest";
import { goJson } from "../../../src/propagation/go-json.ts";
import { needsUpdate, objectVersion } from "../../../src/propagation/needs-update.ts";
import {
  nextVersion,
  type SourceVersions,
  readVersion,
  sourceVersions,
  validVersions,
  versionName,
  versionStatus,
} from "../../../src/propagation/versions.ts";

describe("JSON as Go writes it", () => {
  test.each([
    { value: { b: 1, a: [true, null, "x"] }, text: '{"a":[true,null,"x"],"b":1}' },
    { value: "<a href='x'>&</a>", text: String.raw`"\u003ca href='x'\u003e\u0026\u003c/a\u003e"` },
    { value: "\u2028\u2029", text: String.raw`"\u2028\u2029"` },
    { value: 'tab\t quote" back\\ nul\u0000', text: String.raw`"tab\t quote\" back\\ nul\u0000"` },
    { value: "größer 𝕏", text: '"größer 𝕏"' },
    { value: [0.1, 1e20, 1e21, 1e-6, 1e-7, -5, -0], text: "[0.1,100000000000000000000,1e+21,0.000001,1e-7,-5,-0]" },
    { value: { "\u{1F600}": 1, "\uFFFD": 2 }, text: '{"\uFFFD":2,"\u{1F600}":1}' },
    { value: { a: undefined, b: {} }, text: '{"b":{}}' },
  ])("$text", ({ value, text }) => {
    expect(goJson(value)).toBe(text);
  });
});

describe("fingerprints of what an object is made of", () => {
  test("without overrides, it is the one that KubeFed was seen to write", () => {
    expect(sourceVersions({ spec: { overrides: null } }).overridesVersion).toBe("2979b7538b527abe06492021841caf47");
    expect(sourceVersions({ spec: {} }).overridesVersion).toBe("2979b7538b527abe06492021841caf47");
  });

  test("without a template or a spec it is empty", () => {
    expect(sourceVersions({ spec: {} }).templateVersion).toBe("");
    expect(sourceVersions({})).toEqual({ templateVersion: "", overridesVersion: "" });
  });

  test("the order of fields means nothing, that of overrides does", () => {
    const one = { template: { a: 1, b: { c: 2, d: 3 } }, overrides: [{ clusterName: "x" }, { clusterName: "y" }] };
    const other = { overrides: [{ clusterName: "y" }, { clusterName: "x" }], template: { b: { d: 3, c: 2 }, a: 1 } };
    const [first, second] = [sourceVersions({ spec: one }), sourceVersions({ spec: other })];
    expect(first.templateVersion).toBe(second.templateVersion);
    expect(first.overridesVersion).not.toBe(second.overridesVersion);
  });

  test("fields that KubeFed does not read, and empty ones, do not count in overrides", () => {
    const version = (item: object): string => sourceVersions({ spec: { overrides: [item] } }).overridesVersion;
    const plain = { clusterName: "x", clusterOverrides: [{ path: "/a" }] };
    const full = { clusterName: "x", note: "n", clusterOverrides: [{ op: "", path: "/a", value: null, more: 1 }] };
    expect(version(full)).toBe(version(plain));
    expect(version({ clusterName: "x", clusterOverrides: [] })).toBe(version({ clusterName: "x" }));
    expect(version({ clusterName: "x", clusterOverrides: [{ path: "/a", value: 0 }] })).not.toBe(version(plain));
  });
});

const source = { templateVersion: "t", overridesVersion: "o" };
const recorded = { ...source, resourceVersion: "5", clusterVersions: { earth: "gen:1", vulcan: "rv:9" } };

describe("recorded versions", () => {
  test("count while template and overrides are the same", () => {
    expect(validVersions(recorded, source)).toEqual(recorded.clusterVersions);
    expect(validVersions(recorded, { ...source, templateVersion: "u" })).toEqual({});
    expect(validVersions(undefined, source)).toEqual({});
  });

  test("are read and written in the order of clusters", () => {
    const status = versionStatus({ ...recorded, clusterVersions: { vulcan: "rv:9", earth: "gen:1" } });
    expect(status).toEqual({
      ...source,
      clusterVersions: [
        { clusterName: "earth", version: "gen:1" },
        { clusterName: "vulcan", version: "rv:9" },
      ],
    });
    expect(readVersion({ metadata: { resourceVersion: "5" }, status })).toEqual(recorded);
    expect(readVersion({}).clusterVersions).toEqual({});
  });

  test("have a name of kind and object", () => {
    const target = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
    const type = { name: "configmaps", target, federated: target, statusType: undefined } as const;
    const names = ["a", "n".repeat(243), `${"n".repeat(210)}.${"m".repeat(42)}`].map((name) =>
      versionName({ ...type, propagation: "Enabled", collectsStatus: false }, name),
    );
    expect(names.slice(0, 2)).toEqual(["configmap-a", `configmap-${"n".repeat(243)}`]);
    // One that is too long for a server is cut, where a name may be cut.
    expect(names[2]).toMatch(/^configmap-n{210}[0-9a-f]{32}$/);
  });

  test("long whole numbers count to the last digit in a template, and as float64 in overrides", () => {
    const version = (size: unknown): object =>
      sourceVersions({ spec: { template: { size }, overrides: [{ clusterOverrides: [{ value: [{ size }] }] }] } });
    const [one, other] = [version(9_007_199_254_740_993n), version(9_007_199_254_740_992)];
    expect(one).toMatchObject({ templateVersion: "62d988bf53bbfeaf4bc6df37c8b9f0c8" });
    expect(one).toMatchObject({ overridesVersion: (other as SourceVersions).overridesVersion });
  });
});

describe("what is to be recorded next", () => {
  const holders = new Set(["earth", "vulcan"]);

  test.each([
    { title: "nothing written and nothing gone", update: { source, written: {}, holders } },
    { title: "the same written again", update: { source, written: { earth: "gen:1" }, holders } },
  ])("nothing: $title", ({ update }) => {
    expect(nextVersion(recorded, update)).toBeUndefined();
  });

  test("nothing, where nothing is recorded and nothing was written", () => {
    expect(nextVersion(undefined, { source, written: {}, holders })).toBeUndefined();
    expect(nextVersion(undefined, { source, written: { earth: "gen:1" }, holders })).toEqual({
      ...source,
      resourceVersion: undefined,
      clusterVersions: { earth: "gen:1" },
    });
  });

  test("a cluster that has it no more is dropped", () => {
    const next = nextVersion(recorded, { source, written: { earth: "gen:2" }, holders: new Set(["earth"]) });
    expect(next).toEqual({ ...recorded, clusterVersions: { earth: "gen:2" } });
  });

  test("a cluster that could not be reached since a change keeps a version that nothing has", () => {
    const changed = { ...source, templateVersion: "u" };
    const next = nextVersion(recorded, { source: changed, written: { earth: "gen:2" }, holders });
    expect(next).toEqual({
      ...changed,
      resourceVersion: "5",
      clusterVersions: { earth: "gen:2", vulcan: "stale:rv:9" },
    });
    const later = nextVersion(next, { source, written: {}, holders });
    expect(later?.clusterVersions).toEqual({ earth: "stale:gen:2", vulcan: "stale:rv:9" });
  });
});

describe("whether a member's object needs an update", () => {
  const live = { metadata: { name: "a", generation: 3, resourceVersion: "8", labels: { l: "1" } } };
  const young = { metadata: { name: "a", resourceVersion: "8", labels: { l: "1" } } };

  test.each([
    { title: "its generation is the recorded one", object: live, desired: live, version: "gen:3", needs: false },
    { title: "its generation moved on", object: live, desired: live, version: "gen:2", needs: true },
    { title: "nothing is recorded", object: live, desired: live, version: undefined, needs: true },
    {
      title: "a label differs",
      object: live,
      desired: { metadata: { name: "a", labels: { l: "2" } } },
      version: "gen:3",
      needs: true,
    },
    {
      title: "an annotation is new",
      object: live,
      desired: { metadata: { ...live.metadata, annotations: { a: "b" } } },
      version: "gen:3",
      needs: true,
    },
    {
      title: "empty annotations are none",
      object: live,
      desired: { metadata: { ...live.metadata, annotations: {} } },
      version: "gen:3",
      needs: false,
    },
    {
      title: "without a generation, the resource version counts",
      object: young,
      desired: {},
      version: "rv:8",
      needs: false,
    },
    { title: "without a generation, any change counts", object: young, desired: young, version: "rv:7", needs: true },
  ])("$title", ({ object, desired, version, needs }) => {
    expect(needsUpdate(desired, object, version)).toBe(needs);
  });

  test("versions", () => {
    expect([objectVersion(live), objectVersion(young), objectVersion({})]).toEqual(["gen:3", "rv:8", "rv:"]);
  });
});
