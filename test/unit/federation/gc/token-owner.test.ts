import { expect, test } from "vitest";
import { tokenOwner } from "../../../../src/federation/gc/token-owner.ts";
import type { Secret } from "../../../../src/kube/objects.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const claims = (of: unknown): Secret => ({
  data: { token: base64(`e30.${Buffer.from(JSON.stringify(of)).toString("base64url")}.c2ln`) },
});

test("a token tells its service account", () => {
  const account = {
    "kubernetes.io/serviceaccount/namespace": "kube-federation-system",
    "kubernetes.io/serviceaccount/service-account.name": "vulcan-earth",
    "kubernetes.io/serviceaccount/service-account.uid": "u1",
  };
  expect(tokenOwner(claims(account))).toEqual({
    namespace: "kube-federation-system",
    serviceAccount: "vulcan-earth",
    uid: "u1",
  });
});

test.each<[string, Secret]>([
  ["holds nothing", {}],
  ["holds no token", { data: { "ca.crt": "eA==" } }],
  ["holds something else", { data: { token: base64("hunter2") } }],
  ["holds a token with no JSON in it", { data: { token: base64("a.b.c") } }],
  ["holds a token of something else", claims({ sub: "alice" })],
  ["holds a token whose claims are no object", claims([1])],
])("a secret that %s tells of none", (_what, secret) => {
  expect(tokenOwner(secret)).toBeUndefined();
});
