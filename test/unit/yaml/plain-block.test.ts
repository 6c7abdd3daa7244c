import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPlainBlock } from "../../../src/yaml/internal/plain-block.ts";
import { parseStream } from "../../../src/yaml/internal/parse-stream.ts";
import { writeYaml } from "../../../src/yaml/write-yaml.ts";
import { recordedCases } from "../kubeconfig/recorded-case.ts";

/** The parser's reading; undefined where it finds a fault. */
function parsed(text: string): unknown {
  const documents = parseStream(text, { forEditing: false });
  const [document] = documents;
  if (document === undefined || documents.length > 1 || document.errors.length > 0) return undefined;
  return small(document.toJS({ mapAsMap: true }));
}

function small(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(small);
  return value instanceof Map ? new Map([...value].map(([key, item]) => [String(key), small(item)])) : value;
}

const word = fc.oneof(
  fc.constantFrom(
    "a",
    "server",
    "name",
    "yes",
    "012",
    "1_000",
    "1e3",
    ".5",
    "~",
    "null",
    "a b",
    "https://x:6443/y",
    "1:30",
    "-x",
    "--flag",
    "2024-01-02",
  ),
  fc.string({ unit: fc.constantFrom(..."ab01.:-_/ '\"#~+=@,(){}[]&*!|>%?\\".split("")), maxLength: 8 }),
);
const foreignLine = fc
  .tuple(
    fc.nat({ max: 3 }),
    fc.constantFrom("", "- ", "-", "# "),
    fc.constantFrom("", "a:", "a: ", "name: ", "b:"),
    fc.oneof(fc.constant(""), word),
  )
  .map(([indent, dash, key, value]) => " ".repeat(indent * 2) + dash + key + value);
const body = fc.dictionary(fc.constantFrom("server", "user", "args"), fc.oneof(word, fc.constant(["x", "-y"])), {
  minKeys: 1,
});
const lines = fc
  .array(body, { minLength: 1, maxLength: 3 })
  .map((bodies) =>
    bodies.map(
      (each, index) =>
        new Map<string, unknown>([
          ["body", new Map(Object.entries(each))],
          ["name", `n${index}`],
        ]),
    ),
  )
  .map((list) =>
    writeYaml(
      new Map<string, unknown>([
        ["kind", "Config"],
        ["list", list],
        ["z", null],
      ]),
    )
      .trimEnd()
      .split("\n"),
  );

describe("the fast reader of plain blocks", () => {
  test("reads nothing otherwise than the parser does, whatever line is put in", { timeout: 60_000 }, () => {
    let read = 0;
    fc.assert(
      fc.property(lines, foreignLine, fc.tuple(fc.nat(), fc.boolean()), (all, foreign, [place, replaces]) => {
        const text = `${all.toSpliced(place % all.length, replaces ? 1 : 0, foreign).join("\n")}\n`;
        const fast = readPlainBlock(text);
        if (fast === undefined) return;
        read += 1;
        expect(fast).toEqual(parsed(text));
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  test("reads what is written in kubectl's style, unless there is more to it", { timeout: 60_000 }, () => {
    const scalars = fc.oneof(word, fc.boolean(), fc.integer(), fc.constant(null));
    const maps = fc.dictionary(
      fc.constantFrom("a", "b", "name", "args"),
      fc.oneof(scalars, fc.array(scalars, { maxLength: 3 })),
    );
    fc.assert(
      fc.property(fc.array(maps, { minLength: 1, maxLength: 4 }), (items) => {
        const text = writeYaml(new Map([["list", items.map((item) => new Map(Object.entries(item)))]]));
        const fast = readPlainBlock(text);
        if (fast !== undefined) expect(fast).toEqual(parsed(text));
      }),
      { numRuns: 300 },
    );
  });

  test("reads the files that kubectl wrote", { timeout: 60_000 }, () => {
    const texts = recordedCases("set-", "use-").flatMap(({ filesAfter }) => Object.values(filesAfter));
    const fast = texts.map((text) => [text, readPlainBlock(text)] as const).filter(([, value]) => value !== undefined);
    expect(fast.length).toBeGreaterThan(texts.length / 4);
    for (const [text, value] of fast) expect(value).toEqual(parsed(text));
  });
});
