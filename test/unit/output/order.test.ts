import { expect, test } from "vitest";
import type { Change } from "../../../src/federation/report.ts";
import { inOrder } from "../../../src/output/order.ts";

const change = (cluster: string, kind: string, name: string): Change => ({
  cluster,
  action: "create",
  outcome: "done",
  object: { apiVersion: "v1", kind, name },
});

test("by cluster, then kind in the order of need, then name", () => {
  const changes = [
    change("vulcan", "Secret", "a"),
    change("earth", "Zebra", "a"),
    change("earth", "Secret", "b"),
    change("earth", "Secret", "a"),
    change("earth", "FederatedConfigMap", "z"),
    change("vulcan", "Namespace", "n"),
  ];
  expect(inOrder(changes).map(({ cluster, object }) => `${cluster} ${object.kind}/${object.name}`)).toStrictEqual([
    "earth Secret/a",
    "earth Secret/b",
    "earth FederatedConfigMap/z",
    "earth Zebra/a",
    "vulcan Namespace/n",
    "vulcan Secret/a",
  ]);
});
