import { expect, test } from "vitest";
import { isNamedIn } from "../../../../src/federation/unjoin/stale-references.ts";

const specs: readonly (readonly [string, object, boolean])[] = [
  ["a placement that names it", { placement: { clusters: [{ name: "mars" }, { name: "vulcan" }] } }, true],
  ["an override for it", { overrides: [{ clusterName: "vulcan", clusterOverrides: [] }] }, true],
  ["a scheduling preference for it", { totalReplicas: 3, clusters: { vulcan: { weight: 1 } } }, true],
  ["a placement by labels", { placement: { clusterSelector: { matchLabels: { name: "vulcan" } } } }, false],
  ["another cluster", { placement: { clusters: [{ name: "vulcan-2" }] }, overrides: [{ clusterName: "mars" }] }, false],
  ["nothing", {}, false],
];

test.each(specs)("%s", (_what, spec, expected) => {
  expect(isNamedIn({ spec: spec }, "vulcan")).toBe(expected);
});
