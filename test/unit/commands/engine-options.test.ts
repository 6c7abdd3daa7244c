import { expect, test } from "vitest";
import { diffCommand } from "../../../src/commands/diff.ts";
import type { Connector } from "../../../src/commands/deps.ts";
import type { Execute } from "../../../src/commands/execute.ts";
import { syncCommand } from "../../../src/commands/sync.ts";
import type { DiffOptions } from "../../../src/engine/diff.ts";
import type { SyncOptions } from "../../../src/engine/sync.ts";
import type { FederationDeps } from "../../../src/federation/deps.ts";

const ended = new Error("the core was reached");

/** Runs the command up to the core, which takes nothing of what it is given. */
const execute: Execute = async (spec) => {
  await spec.run(undefined as unknown as FederationDeps, () => undefined, undefined as unknown as Connector);
};

async function syncOptions(...argv: readonly string[]): Promise<SyncOptions | undefined> {
  let options: SyncOptions | undefined;
  const command = syncCommand(execute, (given) => {
    options = given;
    return Promise.reject(ended);
  });
  await expect(command.exitOverride().parseAsync(argv, { from: "user" })).rejects.toBe(ended);
  return options;
}

async function diffOptions(...argv: readonly string[]): Promise<DiffOptions | undefined> {
  let options: DiffOptions | undefined;
  const command = diffCommand(execute, (given) => {
    options = given;
    return Promise.reject(ended);
  });
  await expect(command.exitOverride().parseAsync(argv, { from: "user" })).rejects.toBe(ended);
  return options;
}

const host = { hostClusterContext: undefined, kubefedNamespace: "kube-federation-system" };

test("sync", async () => {
  const nothing = {
    ...host,
    dryRun: false,
    type: undefined,
    name: undefined,
    namespace: undefined,
    once: false,
    timeoutMs: 300_000,
    writesNormalEvents: false,
  };
  expect(await syncOptions()).toStrictEqual(nothing);
  expect(await syncOptions("-n", "", "-A", "")).toStrictEqual(nothing);
  expect(
    await syncOptions("cm", "a", "-n", "shop", "--once", "--timeout=9s", "--events=all", "--dry-run"),
  ).toStrictEqual({
    ...nothing,
    dryRun: true,
    type: "cm",
    name: "a",
    namespace: "shop",
    once: true,
    timeoutMs: 9_000,
    writesNormalEvents: true,
  });
});

test("diff", async () => {
  expect(await diffOptions("cm", "a", "--namespace=shop")).toStrictEqual({
    ...host,
    dryRun: true,
    type: "cm",
    name: "a",
    namespace: "shop",
  });
});

test.each([
  [["-A", "-n", "shop"], "--all-namespaces and --namespace exclude each other"],
  [["cm,secrets"], '"cm,secrets" is not one type'],
  [["cm/settings", "-n", "shop"], '"cm/settings" is no type'],
])("%j is refused before anything is asked", async (argv, message) => {
  for (const command of [syncCommand(execute), diffCommand(execute)]) {
    const run = command.exitOverride().parseAsync(argv, { from: "user" });
    await expect(run).rejects.toMatchObject({ code: "Usage", exitCode: 2, message });
  }
});
