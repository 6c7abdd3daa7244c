import { expect, test } from "vitest";
import { collectionPath, objectPath, queryOf } from "../../../src/kube/internal/paths.ts";

const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };
const roles = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
};

test("paths of collections and objects", () => {
  expect(collectionPath(pods, undefined)).toBe("/api/v1/pods");
  expect(collectionPath(pods, "x")).toBe("/api/v1/namespaces/x/pods");
  expect(collectionPath(roles, "x")).toBe("/apis/rbac.authorization.k8s.io/v1/clusterroles");
  expect(objectPath({ type: roles, name: "system:node/a" })).toBe(
    "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode%2Fa",
  );
  expect(() => objectPath({ type: pods, name: "a" })).toThrow("pods need a namespace");
});

test("queries leave out what is not set", () => {
  expect(queryOf({ limit: 500, labelSelector: "a in (b,c)", continue: undefined, fieldSelector: "" })).toBe(
    "?limit=500&labelSelector=a%20in%20(b%2Cc)",
  );
  expect(queryOf({ limit: undefined })).toBe("");
});
