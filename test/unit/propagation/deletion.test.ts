import { describe, expect, test } from "vitest";
import { deleteOptionsOf, isOrphaning } from "../../../src/propagation/deletion.ts";
import { refusalOf } from "../../../src/propagation/federatable.ts";
import { federatedKey, targetKey } from "../../../src/propagation/target-key.ts";
import type { PropagatedType } from "../../../src/propagation/types.ts";

const annotated = (annotations: Record<string, string>): object => ({ metadata: { annotations } });

describe("delete options of a federated object", () => {
  const read = (text: string): unknown => deleteOptionsOf({ ...annotated({ "kubefed.io/deleteoption": text }) });

  test("without the annotation there are none", () => {
    expect(deleteOptionsOf({})).toEqual({ ok: true, options: {} });
  });

  test.each([
    { text: '{"gracePeriodSeconds":0}', options: { gracePeriodSeconds: 0 } },
    { text: '{"propagationPolicy":"Orphan","kind":"DeleteOptions"}', options: { propagationPolicy: "Orphan" } },
    { text: '{"preconditions":{"uid":"u","resourceVersion":"7"}}', options: { uid: "u", resourceVersion: "7" } },
    { text: '{"gracePeriodSeconds":null}', options: {} },
  ])("$text", ({ text, options }) => {
    expect(read(text)).toEqual({ ok: true, options });
  });

  test.each(["", "no", "[]", '{"gracePeriodSeconds":"5"}', '{"propagationPolicy":"Never"}'])(
    "%j cannot be used",
    (text) => {
      expect(read(text)).toMatchObject({ ok: false });
    },
  );
});

test("orphaning is asked for with true alone", () => {
  expect(isOrphaning({ ...annotated({ "kubefed.io/orphan": "true" }) })).toBe(true);
  expect(isOrphaning({ ...annotated({ "kubefed.io/orphan": "yes" }) })).toBe(false);
  expect(isOrphaning({})).toBe(false);
});

function typeOf(kind: string, plural: string): PropagatedType {
  const target = { group: "", version: "v1", kind, plural, namespaced: kind !== "Namespace" };
  const federated = { ...target, namespaced: true };
  return { name: plural, target, federated, statusType: undefined, propagation: "Enabled", collectsStatus: false };
}

describe("what is not propagated at all", () => {
  const plane = { kubefedNamespace: "plane" };
  const [namespaces, configMaps] = [typeOf("Namespace", "namespaces"), typeOf("ConfigMap", "configmaps")];

  test.each([
    { type: namespaces, name: "default", namespace: "default", reason: "NotFederatable" },
    { type: namespaces, name: "kube-system", namespace: "kube-system", reason: "NotFederatable" },
    { type: namespaces, name: "plane", namespace: "plane", reason: "NotFederatable" },
    { type: namespaces, name: "a", namespace: "shop", reason: "InvalidName" },
    { type: namespaces, name: "shop", namespace: "shop", reason: undefined },
    { type: configMaps, name: "kube-root-ca.crt", namespace: "shop", reason: "NotFederatable" },
    { type: configMaps, name: "a", namespace: "default", reason: undefined },
  ])("$type.name $namespace/$name: $reason", ({ type, name, namespace, reason }) => {
    expect(refusalOf(type, { name, namespace }, plane)?.reason).toBe(reason);
  });
});

test("a federated namespace lives in the namespace it stands for", () => {
  const [namespaces, configMaps] = [typeOf("Namespace", "namespaces"), typeOf("ConfigMap", "configmaps")];
  expect(targetKey(namespaces, { namespace: "shop", name: "shop" })).toEqual({ name: "shop" });
  expect(federatedKey(namespaces, { name: "shop" })).toEqual({ namespace: "shop", name: "shop" });
  expect(targetKey(configMaps, { namespace: "shop", name: "a" })).toEqual({ namespace: "shop", name: "a" });
  expect(federatedKey(configMaps, { namespace: "shop", name: "a" })).toEqual({ namespace: "shop", name: "a" });
  expect(targetKey(configMaps, { name: "a" })).toEqual({ name: "a" });
});
