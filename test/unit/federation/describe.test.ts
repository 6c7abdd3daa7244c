import { expect, test } from "vitest";
import { clusterWords } from "../../../src/federation/describe.ts";

test("a cluster is named by its context; a pod's own has none", () => {
  expect([clusterWords("earth"), clusterWords("")]).toEqual(['cluster "earth"', "the cluster this pod runs in"]);
});
