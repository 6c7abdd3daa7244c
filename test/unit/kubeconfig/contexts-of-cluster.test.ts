import { expect, test } from "vitest";
import { contextsOfClusters } from "../../../src/kubeconfig/contexts-of-cluster.ts";
import { parseKubeconfig } from "../../../src/kubeconfig/parse.ts";

const raw = parseKubeconfig(
  JSON.stringify({
    clusters: [
      { name: "upper", cluster: { server: "https://ABC.example.com:443/" } },
      { name: "arn:one", cluster: { server: "https://localhost:8443" } },
      { name: "other", cluster: { server: "https://abc.example.com/prefix" } },
    ],
    contexts: [
      { name: "z", context: { cluster: "upper" } },
      { name: "a", context: { cluster: "upper" } },
      { name: "tunnel", context: { cluster: "arn:one" } },
      { name: "prefix", context: { cluster: "other" } },
      { name: "dangling", context: { cluster: "arn:gone" } },
    ],
  }),
  "file",
);

test.each([
  {
    what: "by its address, however it is spelt",
    entryName: undefined,
    server: "https://abc.example.com",
    found: ["a", "z"],
  },
  { what: "by the name of its entry", entryName: "arn:one", server: "https://one.example.com", found: ["tunnel"] },
  { what: "by both, each once", entryName: "upper", server: "https://abc.example.com", found: ["a", "z"] },
  { what: "by a path", entryName: undefined, server: "https://ABC.example.com/prefix", found: ["prefix"] },
  { what: "that is defined nowhere", entryName: "arn:gone", server: undefined, found: ["dangling"] },
  { what: "not by what it lacks", entryName: undefined, server: undefined, found: [] },
])("contexts of a cluster: $what", ({ entryName, server, found }) => {
  expect(contextsOfClusters(raw)({ entryName, server })).toEqual(found);
});
