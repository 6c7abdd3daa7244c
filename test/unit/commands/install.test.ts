import { describe, expect, test } from "vitest";
import type { Connector } from "../../../src/commands/deps.ts";
import type { Execute } from "../../../src/commands/execute.ts";
import { installCommand } from "../../../src/commands/install.ts";
import type { FederationDeps } from "../../../src/federation/deps.ts";
import type { InstallOptions } from "../../../src/federation/install/install.ts";

/** What the core is asked for by a command line. */
async function parse(...argv: readonly string[]): Promise<InstallOptions | undefined> {
  let options: InstallOptions | undefined;
  // The spy below takes nothing of the core.
  const execute: Execute = async (spec) => {
    await spec.run({} as FederationDeps, () => undefined, {} as Connector);
  };
  const command = installCommand(execute, (given) => {
    options = given;
    return Promise.resolve();
  });
  await command.parseAsync([...argv], { from: "user" });
  return options;
}

describe("install", () => {
  test("asks for no controller unless it is told to", async () => {
    expect(await parse()).not.toHaveProperty("controller");
  });

  test("takes the controller's image and how many of it run", async () => {
    const argv = ["--controller", "--controller-image", "a/b:1"];
    expect(await parse(...argv)).toMatchObject({ controller: { image: "a/b:1", replicas: 2 } });
    expect(await parse(...argv, "--controller-replicas", "3")).toMatchObject({ controller: { replicas: 3 } });
  });

  test.each([
    [["--controller"], "--controller-image"],
    [["--controller-image", "a"], "--controller"],
    [["--print", "--json"], "--json and --print"],
  ])("refuses %j", async (argv, about) => {
    await expect(parse(...argv)).rejects.toMatchObject({
      code: "Usage",
      exitCode: 2,
      message: expect.stringContaining(about) as unknown,
    });
  });
});
