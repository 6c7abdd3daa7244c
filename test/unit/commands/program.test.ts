import { describe, expect, test } from "vitest";
import { type HereResult, runHere } from "./run-here.ts";

const here = { env: {}, cwd: "/" };
const run = (...argv: string[]): Promise<HereResult> => runHere(argv, here);
/** A flag in front of the command: all commands are built to tell what it belongs to. */
const runWhole = (...argv: string[]): Promise<HereResult> => run("--v=0", ...argv);

/** Every command and group, as words. */
async function commandsBelow(words: readonly string[]): Promise<string[][]> {
  const { stdout } = await runWhole(...words, "--help");
  const listed = (stdout.split("\nCommands:\n")[1] ?? "").matchAll(/^ {2}([a-z-]+)/gm);
  const names = [...listed].map(([, name = ""]) => name).filter((name) => name !== "help");
  const below = await Promise.all(names.map((name) => commandsBelow([...words, name])));
  return [...names.map((name) => [...words, name]), ...below.flat()];
}

const commands = await commandsBelow([]);

test("there are commands, and groups of them", () => {
  const lines = commands.map((words) => words.join(" "));
  expect(lines).toEqual(
    expect.arrayContaining(["join", "get", "get clusters", "orphaning-deletion enable", "version"]),
  );
});

describe("a command that is built alone is the one among all", () => {
  test.each(commands.map((words) => ({ words, line: words.join(" ") })))("$line", async ({ words }) => {
    for (const rest of [
      ["--help"],
      ["--frob"],
      ["--jsn", "--json"],
      ["--vmodule=x"],
      ["--v=x", "--json"],
      ["nope", "--help=x"],
    ]) {
      expect(await run(...words, ...rest)).toStrictEqual(await runWhole(...words, ...rest));
    }
  });
});

describe("where one command cannot tell what is meant", () => {
  test("a flag of another command takes the word behind it", async () => {
    // `--selector` takes a value: `--json` is not asked for.
    const result = await run("version", "--selector", "--json");
    expect(result).toMatchObject({ code: 2, stdout: "" });
  });

  test.each([["constructor"], ["__proto__"], [""]])("%j is no command", async (word) => {
    const { code, stderr } = await run(word);
    expect(code).toBe(2);
    expect(stderr).toContain(`unknown command '${word}'`);
  });

  test("suggestions are from all commands", async () => {
    expect((await run("jion")).stderr).toContain("(Did you mean join?)");
    expect((await run("config", "vieww")).stderr).toContain("(Did you mean view?)");
  });
});
