import fc from "fast-check";
import { expect, test } from "vitest";
import { FedctlError } from "../../../src/errors.ts";
import { KubeconfigDocument } from "../../../src/kubeconfig/document.ts";

const text = `apiVersion: v1
kind: Config # c
clusters:
- cluster: {server: "https://a", certificate-authority-data: eA==}
  name: a
contexts: [{name: x, context: {cluster: a, user: u}}]
current-context: x
users:
- name: u
  user: &u
    exec: {command: c, env: null}
`;
const pieces = [
  "",
  " ",
  "\n",
  "\t",
  ":",
  "- ",
  "#",
  "'",
  '"',
  "{",
  "}",
  "[",
  "]",
  "&a ",
  "*u",
  "*b",
  "!!str ",
  "|",
  ">",
  "%",
  "@",
  "\\",
  "\u0000",
  "\uFEFF",
  "---\n",
  "...\n",
  "<<: *u\n",
  "yes",
  "0x",
  ".inf",
  "__proto__: 1\n",
  "é",
  "\ud800",
  "? ",
];
const mutation = fc.tuple(fc.nat({ max: text.length }), fc.nat({ max: 12 }), fc.constantFrom(...pieces));

test("no text crashes the loader: a configuration, or an error that names the file", { timeout: 180_000 }, () => {
  const outcomes = { read: 0, refused: 0 };
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      let mutated = text;
      for (const [at, length, piece] of mutations) mutated = mutated.slice(0, at) + piece + mutated.slice(at + length);
      try {
        new KubeconfigDocument(mutated, "kc");
        outcomes.read += 1;
      } catch (error) {
        if (!(error instanceof FedctlError)) throw error;
        expect(error.message).toMatch(/^error loading config file "kc": \S/);
        outcomes.refused += 1;
      }
    }),
    { numRuns: 10_000 },
  );
  expect(outcomes.read).toBeGreaterThan(500);
  expect(outcomes.refused).toBeGreaterThan(500);
});
