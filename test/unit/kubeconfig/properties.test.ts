import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byteOrder } from "../../../src/kubeconfig/byte-order.ts";
import { KubeconfigDocument } from "../../../src/kubeconfig/document.ts";
import { encodeConfig } from "../../../src/kubeconfig/encode.ts";
import { mergeConfigs } from "../../../src/kubeconfig/merge.ts";
import { parseKubeconfig } from "../../../src/kubeconfig/parse.ts";
import type { RawConfig } from "../../../src/kubeconfig/types.ts";
import { writeYaml } from "../../../src/yaml/write-yaml.ts";

/** Few names, so that files share some; and names that YAML reads as something else. */
const name = fc.oneof(
  fc.constantFrom("a", "b", "y", "012", "1e3", "null", "é", "\u{1f600}", "\uffee", "a b", "#x", "- c"),
  fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
    .filter((text) => !/[\p{C}\u2028\u2029\ufffe\uffff]/u.test(text)),
);
const cluster = fc.record({ server: name, "tls-server-name": name, "insecure-skip-tls-verify": fc.boolean() });
const context = fc.record({ cluster: name, user: name, namespace: name });
const data = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("base64"));
const user = fc.record({ token: name, "client-key-data": data, "as-groups": fc.array(name, { maxLength: 3 }) });
const named = <T>(key: string, body: fc.Arbitrary<T>) =>
  fc
    .uniqueArray(name, { maxLength: 5 })
    .chain((names) => fc.tuple(...names.map((each) => fc.record({ name: fc.constant(each), [key]: body }))));
const kubeconfig = fc.record({
  clusters: named("cluster", cluster),
  contexts: named("context", context),
  users: named("user", user),
  "current-context": fc.oneof(fc.constant(""), name),
});
const configOf = (content: unknown, origin: string): RawConfig => parseKubeconfig(JSON.stringify(content), origin);
const lists = ["clusters", "contexts", "users"] as const;

describe("whatever kubeconfigs hold", () => {
  test("merged, the first definition of each name wins as a whole, sorted by bytes", () => {
    fc.assert(
      fc.property(fc.array(kubeconfig, { maxLength: 4 }), (contents) => {
        const configs = contents.map((content, index) => configOf(content, `file-${index}`));
        const merged = mergeConfigs(configs);
        for (const list of lists) {
          // The last one set stays, so the first file comes last.
          const wanted = new Map(configs.toReversed().flatMap((config): [string, unknown][] => [...config[list]]));
          const names = [...wanted.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          expect([...merged[list].keys()]).toEqual(names);
          for (const [key, entry] of merged[list]) expect(entry).toBe(wanted.get(key));
        }
        const current = configs.map(({ currentContext }) => currentContext).find((each) => each !== "");
        expect(merged.currentContext).toBe(current ?? "");
      }),
    );
  });

  test("merging some first changes nothing", () => {
    fc.assert(
      fc.property(kubeconfig, kubeconfig, kubeconfig, (a, b, c) => {
        const [first, second, third] = [configOf(a, "a"), configOf(b, "b"), configOf(c, "c")];
        const together = mergeConfigs([first, second, third]);
        expect(mergeConfigs([first, mergeConfigs([second, third])])).toEqual(together);
        expect(mergeConfigs([mergeConfigs([first, second]), third])).toEqual(together);
      }),
    );
  });

  test("what is written reads as it was", () => {
    fc.assert(
      fc.property(kubeconfig, (content) => {
        const config = configOf(content, "file");
        expect(parseKubeconfig(writeYaml(encodeConfig(config)), "file")).toEqual(config);
      }),
    );
  });

  test("an entry that is put in leaves every line of the others", () => {
    fc.assert(
      fc.property(kubeconfig, name, context, (content, added, body) => {
        const text = `# mine\n${writeYaml(encodeConfig(mergeConfigs([configOf(content, "file")])))}extra: kept # too\n`;
        const document = new KubeconfigDocument(text, "file");
        fc.pre(!document.names("contexts").includes(added));
        document.setEntry("contexts", added, new Map(Object.entries(body)));
        const after = document.text();
        const own = parseKubeconfig(after, "file").contexts.get(added);
        expect(own).toMatchObject(body);
        const lines = after.split("\n");
        // An empty list has to give its place to one with an entry.
        for (const line of text.split("\n")) if (line !== "contexts: null") expect(lines).toContain(line);
        document.removeEntry("contexts", added);
        expect(document.config()).toEqual(parseKubeconfig(text, "file"));
      }),
    );
  });

  test("the order of names is that of their bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(byteOrder(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });
});
