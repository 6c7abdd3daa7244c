import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { discoverApi } from "../../../src/kube/discovery.ts";
import type { Call, Reply } from "../../../src/kube/internal/call.ts";
import type { Room } from "../../../src/kube/internal/room.ts";

interface Recording {
  readonly answers: Readonly<
    Record<string, { readonly status: number; readonly contentType: string; readonly body: unknown }>
  >;
}

/** What kube-apiserver v1.34.4 answered, with and without aggregated discovery, one aggregated API being down. */
const file = new URL("../../fixtures/kube/discovery.json", import.meta.url);
const { answers } = JSON.parse(readFileSync(file, "utf8")) as Recording;

/** Replays recorded answers; notes the paths asked for. */
function replay(kind: "v2" | "legacy"): { readonly room: Room; readonly asked: string[] } {
  const asked: string[] = [];
  const send = ({ path }: Call): Promise<Reply> => {
    asked.push(path);
    const answer = answers[`${kind} ${path}`];
    if (answer === undefined) throw new Error(`nothing was recorded for ${path}`);
    const { status, contentType, body } = answer;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return Promise.resolve({ kind: "reply", status, contentType, text, mayBeSecond: false });
  };
  const open = (): never => {
    throw new Error("discovery opens no stream");
  };
  const rest = (): Promise<void> => Promise.resolve();
  return { room: { requester: { send, open }, context: "earth", user: "admin", rest }, asked };
}

describe.each(["v2", "legacy"] as const)("discovery (%s)", (kind) => {
  test("keeps the server's order, core first, the preferred version of a group first", async () => {
    const { resources } = await discoverApi(replay(kind).room, {});
    const versions = resources.map(({ group, version }) => `${group}/${version}`);
    expect([...new Set(versions)]).toEqual(["/v1", "apps/v1", "autoscaling/v2", "autoscaling/v1"]);
  });

  test("tells what there is to know of a resource", async () => {
    const { resources } = await discoverApi(replay(kind).room, {});
    expect(resources.find(({ plural }) => plural === "deployments")).toEqual({
      group: "apps",
      version: "v1",
      kind: "Deployment",
      plural: "deployments",
      namespaced: true,
      singular: "deployment",
      shortNames: ["deploy"],
      verbs: expect.arrayContaining(["create", "delete", "get", "list", "patch", "update", "watch"]) as string[],
      subresources: ["scale", "status"],
    });
    expect(resources.find(({ plural }) => plural === "namespaces")).toMatchObject({
      namespaced: false,
      subresources: ["finalize", "status"],
      shortNames: ["ns"],
    });
  });

  test("names the group that does not answer and keeps the rest", async () => {
    const { failures, resources } = await discoverApi(replay(kind).room, {});
    expect(failures.map(({ groupVersion }) => groupVersion)).toEqual(["dead.example.com/v1"]);
    expect(failures[0]?.message).toMatch(kind === "v2" ? /^stale GroupVersion/ : /the server answered 503/);
    expect(resources.some(({ group }) => group === "dead.example.com")).toBe(false);
  });
});

test("aggregated discovery takes two requests", async () => {
  const { room, asked } = replay("v2");
  await discoverApi(room, {});
  expect(asked).toEqual(["/api", "/apis"]);
});

test("both ways tell the same", async () => {
  const [aggregated, legacy] = await Promise.all([
    discoverApi(replay("v2").room, {}),
    discoverApi(replay("legacy").room, {}),
  ]);
  const summary = (resources: typeof legacy.resources): readonly string[] =>
    resources.map((each) => JSON.stringify({ ...each, verbs: [...each.verbs].sort() })).sort();
  expect(summary(aggregated.resources)).toEqual(summary(legacy.resources));
});
