import { expect, test } from "vitest";
import { plain } from "../../../src/output/colour.ts";
import { renderSelection } from "../../../src/output/selection.ts";

const colours = plain;
const config = (name: string, namespace = "demo") => ({ type: "configmaps", namespace, name });
const pod = (count: number) => ({
  type: "pods",
  namespace: "demo",
  name: `web-${count}`,
  reason: `made by ReplicaSet web-${count % 2}`,
});
const many = Array.from({ length: 7 }, (_, count) => pod(count));

test("tells what was taken, what was left out, and why", () => {
  const selection = {
    taken: [{ type: "namespaces", name: "demo" }, config("a"), config("b")],
    skipped: [{ ...config("kube-root-ca.crt"), reason: "published in every namespace of each cluster" }, pod(1)],
    skippedTypes: [
      { type: "endpoints", reason: "each cluster makes its own from Services", requested: false },
      { type: "secrets", reason: "--skip-api-resources secrets", requested: true },
    ],
  };
  expect(renderSelection(selection, { colours, whole: false })).toBe(
    `TYPE         NAME               FEDERATED   WHY
namespaces   demo               yes
configmaps   a                  yes
configmaps   b                  yes
configmaps   kube-root-ca.crt   no          published in every namespace of each cluster
pods         web-1              no          made by ReplicaSet web-1
secrets      *                  no          --skip-api-resources secrets
`,
  );
  expect(renderSelection(selection, { colours, whole: true })).toContain(
    "endpoints    *                  no          each cluster makes its own from Services\n",
  );
});

test("folds long lists per type and kind of reason", () => {
  const taken = many.map(({ name }) => config(name));
  const selection = { taken, skipped: many, skippedTypes: [] };
  expect(renderSelection(selection, { colours, whole: false })).toBe(
    `TYPE         NAME        FEDERATED   WHY
configmaps   7 objects   yes
pods         7 objects   no          made by ReplicaSets
-v 1 names them all; --include TYPE/NAME takes what is left out
`,
  );
  expect(renderSelection(selection, { colours, whole: true }).split("\n")).toHaveLength(1 + 7 + 7 + 1);
});

test("names namespaces where there are several", () => {
  const selection = { taken: [config("a"), config("a", "other")], skipped: [], skippedTypes: [] };
  expect(renderSelection(selection, { colours, whole: false })).toBe(
    `TYPE         NAME      FEDERATED   WHY
configmaps   demo/a    yes
configmaps   other/a   yes
`,
  );
});

test("is empty when there is nothing to tell", () => {
  expect(renderSelection({ taken: [], skipped: [], skippedTypes: [] }, { colours, whole: false })).toBe("");
});
