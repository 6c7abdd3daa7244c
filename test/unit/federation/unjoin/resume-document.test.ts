import { expect, test } from "vitest";
import type { UnfinishedUnjoin } from "../../../../src/federation/unjoin/options.ts";
import { resumeComments } from "../../../../src/federation/unjoin/resume-commands.ts";
import { parseResumeDocument, resumeDocument } from "../../../../src/federation/unjoin/resume-document.ts";

const unfinished: UnfinishedUnjoin = {
  record: {
    clusterName: "vulcan",
    names: {
      namespace: "kube-federation-system",
      serviceAccount: "vulcan-earth",
      rbac: {
        manager: "kubefed-controller-manager:vulcan-earth",
        healthCheck: "kubefed-controller-manager:kube-federation-system:healthcheck-vulcan-earth",
      },
    },
    hostId: "h1",
    hostNamespaceUid: "n1",
    scope: "Namespaced",
    apiEndpoint: "https://vulcan:6443",
    isNoted: true,
    namespaceNote: "created",
  },
  context: "prod@vulcan",
  hostContext: "earth",
  workloads: "delete",
};

test.each<[string, UnfinishedUnjoin]>([
  ["whole", unfinished],
  [
    "of a host that knows little",
    {
      ...unfinished,
      workloads: "keep",
      record: {
        ...unfinished.record,
        scope: "Cluster",
        hostId: undefined,
        hostNamespaceUid: undefined,
        apiEndpoint: undefined,
        isNoted: false,
        namespaceNote: undefined,
      },
    },
  ],
])("a record is read as it was written: %s", (_what, record) => {
  expect(parseResumeDocument(JSON.parse(JSON.stringify(resumeDocument(record))), "f")).toEqual(record);
});

const document = resumeDocument(unfinished);

test.each<[string, unknown, string]>([
  ["is no object", "text", "apiVersion is missing or no text"],
  ["is of another kind", { ...document, kind: "List" }, "no UnfinishedUnjoin of fedctl/v1"],
  ["has lost a field", { ...document, cluster: { name: "vulcan" } }, "cluster.context is missing or no text"],
  [
    "names roles of others",
    {
      ...document,
      delete: { namespace: "n", serviceAccount: "s", roles: "admin", healthCheckRoles: "admin", workloads: false },
    },
    "delete.roles is not of a join",
  ],
])("a document that %s is refused", (_what, given, why) => {
  expect(() => parseResumeDocument(given, "f")).toThrow(
    expect.objectContaining({ code: "Usage", message: `cannot resume from f: ${why}` }),
  );
});

test("a namespace that was there before the join is in no command", () => {
  const deletesNamespace = (of: UnfinishedUnjoin): boolean =>
    resumeComments(of, "f").some((line) => line.endsWith("delete namespace kube-federation-system"));
  expect(deletesNamespace(unfinished)).toBe(true);
  const existing = { ...unfinished, record: { ...unfinished.record, namespaceNote: "existing" } } as const;
  expect(deletesNamespace(existing)).toBe(false);
});
