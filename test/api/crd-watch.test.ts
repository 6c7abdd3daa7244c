import { expect, test } from "vitest";
import { watchCrds } from "../../src/federation/crd-watch.ts";
import { rawCreate } from "../cluster/raw-client.ts";
import { testClusters, uniqueName } from "../support/clusters.ts";
import { coreRun } from "../support/core-run.ts";
import { connectTo } from "../support/cluster-connection.ts";
import { type Fate, startInterceptor } from "../support/interceptor.ts";
import { openApi } from "./kube/open-api.ts";

const { earth } = testClusters();
const { clock } = coreRun(connectTo(earth)).deps;
const never = (): AbortSignal => new AbortController().signal;

/** Makes a CRD; gives its name. */
async function makeCrd(): Promise<string> {
  const plural = uniqueName("crds").replaceAll("-", "");
  const [group, kind] = ["crd-watch.example", `C${plural.slice(1)}`];
  const name = `${plural}.${group}`;
  await rawCreate(earth, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, singular: plural, kind },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
    },
  });
  return name;
}

test("sees each CRD that is established, asked for before or after", async () => {
  const watch = await watchCrds(openApi(earth).api, { signal: never(), clock });
  const [one, other] = await Promise.all([makeCrd(), makeCrd()]);
  for (const name of [one, other, one]) expect((await watch.established(name))?.metadata?.name).toBe(name);
  await watch.close();
});

test("leaves those who ask to look for themselves when it has ended", async () => {
  const watch = await watchCrds(openApi(earth).api, { signal: never(), clock });
  const asked = watch.established("nobody-makes.this");
  await watch.close();
  expect([await asked, await watch.established("nor.this")]).toEqual([undefined, undefined]);
});

test("leaves those who ask to look for themselves when the server does not let it watch", async () => {
  const busy: Fate = { kind: "answer", status: 429, retryAfterSeconds: 0 };
  await using interceptor = await startInterceptor(earth, {
    decide: ({ path }) => (path.includes("watch=true") ? busy : { kind: "pass" }),
  });
  const { api } = openApi(interceptor.cluster, { token: earth.adminToken });
  const watch = await watchCrds(api, { signal: never(), clock });
  expect(await watch.established(await makeCrd())).toBeUndefined();
  await watch.close();
});

test("ends with an interruption", async () => {
  const interruption = new AbortController();
  const { api } = openApi(earth, { signal: interruption.signal });
  const watch = await watchCrds(api, { signal: interruption.signal, clock });
  const asked = watch.established("nobody-makes.this");
  interruption.abort();
  expect(await asked).toBeUndefined();
  await watch.close();
});
