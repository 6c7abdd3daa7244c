import { expect, test } from "vitest";
import { controllerCommand } from "../../../src/commands/controller.ts";
import type { Connector } from "../../../src/commands/deps.ts";
import type { Execute } from "../../../src/commands/execute.ts";
import type { FederationDeps } from "../../../src/federation/deps.ts";

async function parse(argv: readonly string[]): Promise<{ options: object; level: string }> {
  let parsed: { options: object; level: string } | undefined;
  // The spy below takes nothing of the core.
  const execute: Execute = async (spec) => {
    await spec.run(undefined as unknown as FederationDeps, () => undefined, undefined as unknown as Connector);
  };
  const out = { write: () => undefined, isTTY: false, columns: undefined };
  const deps = { env: { HOSTNAME: "pod-1" }, streams: { out, err: out } };
  const command = controllerCommand(execute, deps, (options, _core, { level }) => {
    parsed = { options, level };
    return Promise.resolve();
  });
  await command
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parseAsync([...argv], { from: "user" });
  if (parsed === undefined) throw new Error("the core was not reached");
  return parsed;
}

const defaults = {
  hostClusterContext: undefined,
  kubefedNamespace: "kube-federation-system",
  shards: 1,
  shard: undefined,
  leaderElect: true,
  concurrency: 64,
  metricsAddress: "127.0.0.1:8080",
  healthAddress: "127.0.0.1:8081",
  name: "pod-1",
  graceMs: 25_000,
  writesNormalEvents: false,
};

test("controller", async () => {
  expect(await parse([])).toStrictEqual({ options: defaults, level: "info" });
  const argv = ["--host-cluster-context", "a", "--kubefed-namespace", "b", "--shards", "4", "--shard", "0"];
  const more = ["--no-leader-elect", "--concurrency", "8", "--metrics-address", "off", "--health-address", ":9"];
  expect(
    await parse([...argv, ...more, "--grace-period", "5s", "--events", "all", "--log-level", "debug"]),
  ).toStrictEqual({
    options: {
      ...defaults,
      hostClusterContext: "a",
      kubefedNamespace: "b",
      shards: 4,
      shard: 0,
      leaderElect: false,
      concurrency: 8,
      metricsAddress: undefined,
      healthAddress: ":9",
      graceMs: 5_000,
      writesNormalEvents: true,
    },
    level: "debug",
  });
});

test.each([
  ["--shards", "0"],
  ["--shards", "two"],
  ["--shard", "-1"],
  ["--concurrency", "0"],
  ["--log-level", "loud"],
  ["--grace-period", "soon"],
])("%s %s is refused", async (flag, value) => {
  await expect(parse([`${flag}=${value}`])).rejects.toMatchObject({ code: "commander.invalidArgument" });
});
