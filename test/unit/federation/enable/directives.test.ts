import { describe, expect, test } from "vitest";
import { readDirectives } from "../../../../src/federation/enable/directives.ts";

const directive = {
  apiVersion: "core.kubefed.io/v1beta1",
  kind: "EnableTypeDirective",
  metadata: { name: "deployments.apps" },
  spec: { targetVersion: "v1", federatedGroup: "types.example.com", federatedVersion: "v1alpha1" },
};

describe("readDirectives", () => {
  test("reads every document", () => {
    expect(readDirectives([directive, { metadata: { name: "configmaps" } }])).toEqual([
      {
        name: "deployments.apps",
        version: "v1",
        federatedGroup: "types.example.com",
        federatedVersion: "v1alpha1",
      },
      { name: "configmaps" },
    ]);
  });

  test("an empty setting counts as not given", () => {
    expect(readDirectives([{ ...directive, spec: { federatedGroup: "" } }])).toEqual([{ name: "deployments.apps" }]);
  });

  test.each([
    ["no document", [], "the file holds no EnableTypeDirective"],
    ["a list", [[directive]], "document 1 is missing or no object"],
    [
      "another kind",
      [directive, { ...directive, kind: "Pod" }],
      'document 2 is of kind "Pod", not EnableTypeDirective',
    ],
    [
      "another group",
      [{ ...directive, apiVersion: "v1" }],
      'document 1 has apiVersion "v1", not core.kubefed.io/v1beta1',
    ],
    [
      "no name",
      [{ ...directive, metadata: {} }],
      "metadata.name of document 1 is missing: it names the type to enable",
    ],
    ["a slip in a field", [{ ...directive, sepc: {} }], 'document 1 has an unknown field "sepc"'],
    [
      "a slip in the spec",
      [{ ...directive, spec: { targetversion: "v1" } }],
      'spec of document 1 has an unknown field "targetversion"',
    ],
    ["a number", [{ ...directive, spec: { targetVersion: 1 } }], "spec.targetVersion of document 1 is no string"],
  ])("refuses %s", (_, documents, message) => {
    expect(() => readDirectives(documents)).toThrow(
      expect.objectContaining({ code: "Usage", exitCode: 2, message: `cannot read the directives: ${message}` }),
    );
  });
});
