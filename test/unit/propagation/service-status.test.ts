import { expect, test } from "vitest";
import { clusterStatuses, isSameServiceStatus, newServiceStatus } from "../../../src/propagation/service-status.ts";

const ingress = { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } };
const statuses = clusterStatuses([
  { cluster: "vulcan", service: { status: ingress } },
  { cluster: "earth", service: undefined },
]);

test("one entry for each ready cluster, by name", () => {
  expect(statuses).toEqual([
    { clusterName: "earth", status: {} },
    { clusterName: "vulcan", status: ingress },
  ]);
});

test("it belongs to its federated Service", () => {
  const metadata = { name: "s", namespace: "shop", uid: "u" };
  expect(
    newServiceStatus({ apiVersion: "types.kubefed.io/v1beta1", kind: "FederatedService", metadata }, statuses),
  ).toEqual({
    metadata: {
      name: "s",
      namespace: "shop",
      ownerReferences: [{ apiVersion: "types.kubefed.io/v1beta1", kind: "FederatedService", name: "s", uid: "u" }],
    },
    clusterStatus: statuses,
  });
});

test("the same statuses are not written again", () => {
  expect(isSameServiceStatus({ clusterStatus: structuredClone(statuses) }, statuses)).toBe(true);
  expect(isSameServiceStatus({}, statuses)).toBe(false);
  expect(isSameServiceStatus({}, [])).toBe(true);
});
