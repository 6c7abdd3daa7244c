import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runFedctl } from "../support/fedctl.ts";

const source = new URL("../../src/", import.meta.url);
const texts = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => readFileSync(new URL(path, source), "utf8"));

/** What hints and help texts tell to type: in backquotes, behind a colon, or built by suggestCommand. */
const suggested = texts.flatMap((text) =>
  [...text.matchAll(/(?:[`:] ?fedctl |suggestCommand\([`"])([a-z-]+(?: [a-z-]+)?)/g)].map(([, words = ""]) => words),
);

/** The commands whose help is asked for: of the first word, of both where it is a group. */
const groups = ["get", "orphaning-deletion"];
const commands = [
  ...new Set(
    suggested.map((words) => (groups.includes(words.split(" ")[0] ?? "") ? words : (words.split(" ")[0] ?? ""))),
  ),
];

describe("hints and help name only commands that exist", () => {
  test("there are some", () => {
    expect(commands).toEqual(expect.arrayContaining(["install", "join", "unjoin", "get clusters"]));
  });

  test.each(commands)("fedctl %s", async (command) => {
    const result = await runFedctl(["help", ...command.split(" ")]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toMatch(/^Usage: fedctl [a-z]/);
  });
});
