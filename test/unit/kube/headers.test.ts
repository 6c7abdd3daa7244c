import { expect, test } from "vitest";
import type { Call } from "../../../src/kube/internal/call.ts";
import { parseEndpoint } from "../../../src/kube/internal/endpoint.ts";
import { followRedirect } from "../../../src/kube/internal/redirect.ts";
import { readWarnings } from "../../../src/kube/internal/warning-header.ts";

test.each([
  [undefined, []],
  ['299 - "v1alpha1 is old"', ["v1alpha1 is old"]],
  ['299 - "one", 299 - "two, three"', ["one", "two, three"]],
  [
    ['299 - "one"', '299 - "two"'],
    ["one", "two"],
  ],
  ['299 - "say \\"hi\\" \\\\ bye"', ['say "hi" \\ bye']],
  ['199 - "other"', []],
  ["nonsense", []],
] as [string | string[] | undefined, string[]][])("warnings of %j", (header, texts) => {
  expect(readWarnings(header)).toEqual(texts);
});

const attempt = { verb: "get", what: "pods", context: "earth", user: "u", namespace: undefined };
const endpoint = parseEndpoint("https://api.example:6443/k8s");
const from = (method: Call["method"], status: number, location?: string): string | undefined =>
  followRedirect({
    call: { method, path: "/api", attempt },
    endpoint,
    path: "/k8s/api",
    status,
    location,
  });

test.each([
  ["GET", 302, "/other?a=b", "/other?a=b"],
  ["GET", 301, "https://api.example:6443/other", "/other"],
  ["GET", 307, "deeper", "/k8s/deeper"],
  ["POST", 308, "/other", "/other"],
  ["POST", 302, "/other", undefined],
  ["GET", 304, "/other", undefined],
  ["GET", 302, undefined, undefined],
] as const)("%s answered %i to %s", (...[method, status, location, expected]) => {
  expect(from(method, status, location)).toBe(expected);
});

test.each(["https://evil.example/", "http://api.example:6443/", "//evil.example", "https://api.example:6444/"])(
  "3.3 redirect to another host: %s is not followed, credentials would go along",
  (location) => {
    expect(() => from("GET", 302, location)).toThrow(
      /the server answered 302 and points to https?:\/\/\S+; credentials go to https:\/\/api\.example:6443 alone$/,
    );
  },
);
