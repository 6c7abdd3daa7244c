import { describe, expect, test } from "vitest";
import { parseExactJson, printExactJson } from "../../src/exact-json.ts";

describe("JSON without loss", () => {
  test.each([
    { text: '{"a":9007199254740993}', value: { a: 9_007_199_254_740_993n } },
    { text: "[1,-9223372036854775808,2]", value: [1, -9_223_372_036_854_775_808n, 2] },
    { text: '{"a":9007199254740991,"b":1.5,"c":1e+21}', value: { a: 9_007_199_254_740_991, b: 1.5, c: 1e21 } },
    {
      text: String.raw`{"a":"x:9007199254740993, \"[9007199254740993","b":9007199254740993}`,
      value: { a: 'x:9007199254740993, "[9007199254740993', b: 9_007_199_254_740_993n },
    },
    { text: '{"a":"9007199254740993"}', value: { a: "9007199254740993" } },
    { text: '{"a":1}', value: { a: 1 } },
  ])("$text", ({ text, value }) => {
    expect(parseExactJson(text)).toEqual(value);
    expect(printExactJson(value)).toBe(text);
  });

  test("spaces between are nothing, and digits behind a point are no whole number", () => {
    expect(parseExactJson('{ "a" :\n9007199254740993, "b": 0.12345678901234567 }')).toEqual({
      a: 9_007_199_254_740_993n,
      b: Number("0.12345678901234567"),
    });
  });

  test("what is no JSON is refused, also behind a long number", () => {
    expect(() => parseExactJson("[9007199254740993")).toThrow(SyntaxError);
    expect(() => parseExactJson("nothing")).toThrow(SyntaxError);
  });
});
