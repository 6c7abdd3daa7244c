import { expect, test } from "vitest";
import { observedApi } from "../../../src/engine/observed-api.ts";
import { FedctlError } from "../../../src/errors.ts";
import type { KubeApi, ResourceType } from "../../../src/kube/kube-api.ts";

const type: ResourceType = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const object = { metadata: { name: "a", resourceVersion: "7" } };
const refusal = new FedctlError("ServerConflict", "somebody was faster");

/** Tells which signal each request was given, and answers all alike. */
function observed(answer: () => Promise<unknown>) {
  const signals: unknown[] = [];
  const told: unknown[] = [];
  const request = (...args: unknown[]): Promise<unknown> => {
    signals.push((args.at(-1) as { signal?: AbortSignal } | undefined)?.signal);
    return answer();
  };
  const api = {
    get: request,
    list: request,
    create: request,
    update: request,
    updateStatus: request,
    patch: request,
    delete: request,
  };
  const own = new AbortController().signal;
  const wrapped = observedApi(api as unknown as KubeApi, {
    signal: own,
    onWritten: (of, written) => void told.push(["written", of.plural, written.metadata?.resourceVersion]),
    onWrite: (verb, error) => void told.push([verb, error?.code]),
  });
  return { api: wrapped, told, signals, own };
}

const key = { type, namespace: "shop", name: "a" };

test("each write is counted, and what it gave back is told; reads are neither", async () => {
  const { api, told, signals, own } = observed(() => Promise.resolve(object));
  await api.get(key);
  await api.list(type);
  expect(told).toEqual([]);
  await api.create(type, object);
  await api.update(type, object);
  await api.updateStatus(type, object);
  await api.patch(key, { type: "merge", body: {} });
  const written = ["written", "configmaps", "7"];
  expect(told).toEqual(["create", "update", "updateStatus", "patch"].flatMap((verb) => [[verb, undefined], written]));
  expect(new Set(signals)).toEqual(new Set([own]));
});

test("a deletion gives nothing back to take over", async () => {
  const { api, told } = observed(() => Promise.resolve("gone"));
  await api.delete(key, {});
  expect(told).toEqual([["delete", undefined]]);
});

test("a write that is refused is counted with why, and nothing is taken over", async () => {
  const { api, told } = observed(() => Promise.reject(refusal));
  await expect(api.update(type, object)).rejects.toBe(refusal);
  expect(told).toEqual([["update", "ServerConflict"]]);
});

test("a request that brings a signal of its own keeps it", async () => {
  const { api, signals } = observed(() => Promise.resolve(object));
  const { signal } = new AbortController();
  await api.get(key, { signal });
  expect(signals).toEqual([signal]);
});
