import { expect, test } from "vitest";
import { presentable } from "../../../src/engine/presentable.ts";

const configMap = (metadata: object): Parameters<typeof presentable>[0] => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", ...metadata },
});

test("what servers keep and what kubectl applied are not shown, nor what is empty without them", () => {
  const applied = { "kubectl.kubernetes.io/last-applied-configuration": "{}" };
  const { before, after } = presentable(
    configMap({ uid: "1", managedFields: [], labels: {}, annotations: applied }),
    configMap({ resourceVersion: "2", labels: { app: "shop" }, annotations: { ...applied, own: "1" } }),
  );
  expect(before?.["metadata"]).toEqual({ name: "a" });
  expect(after?.["metadata"]).toEqual({ name: "a", labels: { app: "shop" }, annotations: { own: "1" } });
});

test("of Secrets it is told which values differ, and none of them", () => {
  const secret = (data: object): Parameters<typeof presentable>[0] => ({ apiVersion: "v1", kind: "Secret", data });
  const shown = presentable(
    secret({ same: "QQ==", other: "Qg==", gone: "Qw==" }),
    secret({ same: "QQ==", other: "RA==" }),
  );
  expect([shown.before?.["data"], shown.after?.["data"]]).toEqual([
    { same: "***", other: "*** (before)", gone: "***" },
    { same: "***", other: "*** (after)" },
  ]);
  expect(presentable(undefined, { ...secret({ a: "QQ==" }), stringData: { b: "text" } }).after).toMatchObject({
    data: { a: "***" },
    stringData: { b: "***" },
  });
});
