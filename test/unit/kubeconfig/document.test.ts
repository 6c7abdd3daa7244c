import { describe, expect, test } from "vitest";
import { FedctlError } from "../../../src/errors.ts";
import { KubeconfigDocument } from "../../../src/kubeconfig/document.ts";

const text = `# mine
apiVersion: v1
kind: Config
clusters:
- cluster: # prod
    server: https://a.example
    x-note: {kept: yes}
  name: a
contexts: []
current-context: a # now
users:
  - name: u
    user: {token: 'T'}
`;

function edited(change: (document: KubeconfigDocument) => void, from = text): string {
  const document = new KubeconfigDocument(from, "kc");
  change(document);
  return document.text();
}

describe("a kubeconfig document", () => {
  test("gives entries as data, and nothing for those that are not there", () => {
    const document = new KubeconfigDocument(text, "kc");
    expect(document.names("clusters")).toEqual(["a"]);
    expect(document.entry("users", "u")).toEqual(new Map([["token", "T"]]));
    expect(document.entry("contexts", "a")).toBeUndefined();
    expect(document.isChanged).toBe(false);
  });

  test("merges fields into an entry and keeps what it does not know", () => {
    expect(
      edited((document) => {
        document.mergeEntry("clusters", "a", { server: "https://b.example" });
      }),
    ).toBe(text.replace("a.example", "b.example"));
  });

  test("appends, renames and removes entries where they stand", () => {
    const result = edited((document) => {
      document.setEntry(
        "contexts",
        "on",
        new Map([
          ["cluster", "a"],
          ["user", "012"],
        ]),
      );
      document.renameEntry("clusters", "a", "b");
      document.setCurrentContext("on");
    });
    const contexts = 'contexts:\n- context:\n    cluster: a\n    user: "012"\n  name: "on"\n';
    const expected = text.replace("contexts: []\n", contexts).replace("name: a", "name: b");
    expect(result).toBe(expected.replace("current-context: a", 'current-context: "on"'));
    expect(edited((document) => void document.removeEntry("users", "u"))).toBe(
      text.replace(/users:\n.*\n.*\n/, "users: []\n"),
    );
  });

  test("starts an empty file with kubectl's keys", () => {
    expect(
      edited((document) => {
        document.setCurrentContext("x");
      }, "# nothing yet\n"),
    ).toBe(
      "# nothing yet\napiVersion: v1\nclusters: []\ncontexts: []\ncurrent-context: x\nkind: Config\npreferences: {}\nusers: []\n",
    );
  });

  test("refuses a text that is no kubeconfig, and a change that would reach others", () => {
    expect(() => new KubeconfigDocument("clusters: {}", "kc")).toThrow(
      'error loading config file "kc": json: cannot unmarshal object into Go struct field Config.clusters',
    );
    const shared = "clusters:\n- name: a\n  cluster: &c {server: x}\n- name: b\n  cluster: *c\n";
    expect(() =>
      edited((document) => {
        document.mergeEntry("clusters", "a", { server: "z" });
      }, shared),
    ).toThrow(FedctlError);
    expect(
      edited((document) => {
        document.mergeEntry("clusters", "b", { server: "z" });
      }, shared),
    ).toBe(shared.replace("*c", "\n    server: z").replace("cluster: \n", "cluster:\n"));
  });
});
