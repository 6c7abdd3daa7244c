import { beforeAll, describe, expect, test } from "vitest";
import type { KubeApi, ResourceType } from "../../../src/kube/kube-api.ts";
import type { KubeObject } from "../../../src/kube/objects.ts";
import { rawCreate, rawGet } from "../../cluster/raw-client.ts";
import { testClusters, uniqueName } from "../../support/clusters.ts";
import { configMaps, errorOf, openApi } from "./open-api.ts";

const { earth } = testClusters();

interface Note extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Makes a type, and resolves once the server takes it in. */
async function makeType(): Promise<ResourceType> {
  const singular = uniqueName("note").replaceAll("-", "");
  const [group, plural, kind] = ["new-types.example", `${singular}s`, `N${singular.slice(1)}`];
  const schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }];
  const names = { plural, singular, kind };
  const metadata = { name: `${plural}.${group}` };
  await rawCreate(earth, crds, {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata,
    spec: { group, scope: "Namespaced", names, versions },
  });
  const type: ResourceType = { group, version: "v1", kind, plural, namespaced: true };
  const { api } = openApi(earth);
  for (;;) {
    const served = await api.list(type, { namespace: "default" }).catch(() => undefined);
    if (served !== undefined) return type;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const collection = ({ group, plural }: ResourceType): string => `/apis/${group}/v1/namespaces/default/${plural}`;
const note = (name: string, text: unknown): Note => ({ metadata: { name, namespace: "default" }, spec: { text } });

// A server holds POSTs to a type for two seconds after it was established.
describe("an object of a type that is new", () => {
  test("is created as it is sent, whatever characters it has, and without POST", async () => {
    const type = await makeType();
    const { api, requests } = openApi(earth);
    const name = uniqueName("early");
    const texts = {
      text: "\u007f\u0085\u009f\u2028\u2029\ufeff\ufffe\t\u0000 \u{1f30d} y: no # 'a' \"b\" 012 1e3",
      n: 12.5,
    };
    const made = await api.create(type, note(name, texts), { typeIsNew: true });
    expect(made).toMatchObject({ apiVersion: `${type.group}/v1`, kind: type.kind, spec: { text: texts } });
    expect(await rawGet(earth, `${collection(type)}/${name}`)).toEqual(made);
    expect(requests).toEqual([`PATCH ${collection(type)}/${name}?fieldManager=fedctl 201`]);
  });

  test("is refused where somebody else made another one", async () => {
    const type = await makeType();
    const name = uniqueName("taken");
    const made = await rawCreate(earth, collection(type), {
      apiVersion: `${type.group}/v1`,
      kind: type.kind,
      ...note(name, "theirs"),
    });
    const { api } = openApi(earth);
    const error = await errorOf(api.create(type, note(name, "ours"), { typeIsNew: true }));
    expect(error).toMatchObject({ code: "ServerAlreadyExists" });
    expect(await rawGet(earth, `${collection(type)}/${name}`)).toEqual(made);
  });

  test("is created by POST where it has no name", async () => {
    const { api, requests } = openApi(earth);
    const object = { metadata: { generateName: "early-", namespace: "default" } };
    const made = await api.create(configMaps, object, { typeIsNew: true });
    expect(made.metadata).toMatchObject({ generateName: "early-" });
    expect(requests).toEqual(["POST /api/v1/namespaces/default/configmaps 201"]);
  });

  describe("when the user may create and not patch", () => {
    const user = uniqueName("maker");
    let api: KubeApi;
    let requests: readonly string[];
    beforeAll(async () => {
      const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
      const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["create"] }];
      await rawCreate(earth, `${rbac}/roles`, { metadata: { name: user }, rules });
      await rawCreate(earth, `${rbac}/rolebindings`, {
        metadata: { name: user },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: user },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
      });
      ({ api, requests } = openApi(earth, { headers: { "Impersonate-User": user } }));
    });

    test("is created by POST", async () => {
      const name = uniqueName("posted");
      const object = { metadata: { name, namespace: "default" }, data: { a: "1" } };
      const made = await api.create(configMaps, object, { typeIsNew: true });
      expect(await rawGet(earth, `/api/v1/namespaces/default/configmaps/${name}`)).toEqual(made);
      expect(requests.map((request) => request.replace(/\?.*?(?= )/, "").split(" "))).toEqual([
        ["PATCH", `/api/v1/namespaces/default/configmaps/${name}`, "403"],
        ["POST", "/api/v1/namespaces/default/configmaps", "201"],
      ]);
    });
  });
});
