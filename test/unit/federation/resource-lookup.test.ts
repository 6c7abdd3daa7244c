import { describe, expect, test } from "vitest";
import type { FedctlError } from "../../../src/errors.ts";
import { findResource } from "../../../src/federation/resource-lookup.ts";
import { groupQualifiedName } from "../../../src/federation/step.ts";
import type { ApiResource, Discovery } from "../../../src/kube/kube-api.ts";
import { configMaps, deployments, namespaces, served } from "./enable/served-types.ts";

const events = served({ group: "", version: "v1", kind: "Event", plural: "events", shortNames: ["ev"] });
const newEvents = { ...events, group: "events.k8s.io" };
const hpaV2 = served({
  group: "autoscaling",
  version: "v2",
  kind: "HorizontalPodAutoscaler",
  plural: "horizontalpodautoscalers",
  shortNames: ["hpa"],
});
const hpaV1 = { ...hpaV2, version: "v1" };
const builtIn = [configMaps, events, namespaces, deployments, hpaV2, hpaV1, newEvents];

function discovery(resources: readonly ApiResource[], failures: Discovery["failures"] = []): Discovery {
  return { resources, failures };
}

function failureOf(act: () => unknown): FedctlError {
  try {
    act();
  } catch (error) {
    return error as FedctlError; // findResource throws nothing else
  }
  throw new Error("it was found");
}

describe("findResource", () => {
  test.each([
    ["deployments", "deployments.apps"],
    ["deployment", "deployments.apps"],
    ["Deployment", "deployments.apps"],
    ["DEPLOY", "deployments.apps"],
    ["deployments.apps", "deployments.apps"],
    ["deployment.apps", "deployments.apps"],
    ["Deployment.Apps", "deployments.apps"],
    ["cm", "configmaps"],
    ["events", "events"],
    ["events.events.k8s.io", "events.events.k8s.io"],
    ["hpa", "horizontalpodautoscalers.autoscaling"],
  ])("%s is %s", (key, name) => {
    expect(groupQualifiedName(findResource(discovery(builtIn), key))).toBe(name);
  });

  test("takes the version the group prefers, or the one asked for", () => {
    expect(findResource(discovery(builtIn), "hpa").version).toBe("v2");
    expect(findResource(discovery(builtIn), "hpa", { version: "v1" }).version).toBe("v1");
  });

  test("an exact plural beats a short name, even one of the core group", () => {
    const cm = served({ group: "example.com", version: "v1", kind: "Machine", plural: "cm" });
    expect(findResource(discovery([configMaps, cm]), "cm")).toBe(cm);
  });

  test("a kind beats a short name", () => {
    const sc = served({ group: "example.com", version: "v1", kind: "Sc", plural: "scs" });
    const classes = served({
      group: "storage.k8s.io",
      version: "v1",
      kind: "StorageClass",
      plural: "storageclasses",
      shortNames: ["sc"],
    });
    expect(findResource(discovery([classes, sc]), "sc")).toBe(sc);
  });

  test("the core group wins among equals only", () => {
    const other = { ...configMaps, group: "example.com" };
    expect(findResource(discovery([other, configMaps]), "configmaps")).toBe(configMaps);
  });

  test("several types of one quality are an error that lists them sorted, whatever their order", () => {
    const other = { ...deployments, group: "aaa.example.com" };
    const messages = [discovery([deployments, other]), discovery([other, deployments])].map(
      (each) => failureOf(() => findResource(each, "deploy")).message,
    );
    expect(messages).toEqual([
      '"deploy" can mean several types: deployments.aaa.example.com, deployments.apps',
      '"deploy" can mean several types: deployments.aaa.example.com, deployments.apps',
    ]);
    const error = failureOf(() => findResource(discovery([deployments, other]), "deployments"));
    expect([error.code, error.hint, error.exitCode]).toEqual([
      "TypeAmbiguous",
      "name the type with its group, such as deployments.aaa.example.com",
      1,
    ]);
  });

  test.each(["nosuch", "", "apps", "deployments.", "configmaps.", "deployments.batch"])(
    "finds nothing for %j",
    (key) => {
      expect(failureOf(() => findResource(discovery(builtIn), key)).code).toBe("TypeNotFound");
    },
  );

  test("says in which versions a type is served", () => {
    const error = failureOf(() => findResource(discovery(builtIn), "hpa", { version: "v7" }));
    expect(error.message).toBe('the host cluster serves no type "hpa" in version "v7"');
    expect(error.hint).toBe("it is served in: autoscaling/v2, autoscaling/v1");
  });

  test("names the groups that did not answer", () => {
    const failures = [{ groupVersion: "metrics.k8s.io/v1beta1", message: "service unavailable" }];
    expect(failureOf(() => findResource(discovery(builtIn, failures), "nodemetrics")).message).toBe(
      'the host cluster serves no type "nodemetrics" (API groups that did not answer: metrics.k8s.io/v1beta1)',
    );
  });
});
