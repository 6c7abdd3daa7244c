import { describe, expect, test } from "vitest";
import { type ClusterEntries, putClusterEntries, type PutOptions } from "../../../src/kubeconfig/cluster-entries.ts";
import { KubeconfigDocument } from "../../../src/kubeconfig/document.ts";

const arn = "arn:aws:eks:eu-west-1:1:cluster/shop";

function exec(args: readonly string[], more: Readonly<Record<string, unknown>> = {}): ReadonlyMap<string, unknown> {
  const fields = { apiVersion: "client.authentication.k8s.io/v1beta1", args, command: "fedctl", ...more };
  return new Map([["exec", new Map(Object.entries(fields))]]);
}

const login = ["--region", "eu-west-1", "eks", "get-token", "--cluster-name", "shop"];

function entries(names: Partial<ClusterEntries> = {}): ClusterEntries {
  const { clusterName = arn, userName = arn, contextName = userName } = names;
  return {
    id: arn,
    region: "eu-west-1",
    ownName: "shop",
    clusterName,
    userName,
    contextName,
    cluster: new Map([
      ["certificate-authority-data", "Q0E="],
      ["server", "https://SHOP.eks.example"],
    ]),
    user: exec(login),
    context: new Map([
      ["cluster", clusterName],
      ["user", userName],
    ]),
    ...names,
  };
}

const usual: PutOptions = { setCurrent: true, overwrite: false, others: [] };

function put(text: string, what: ClusterEntries, options = usual): { text: string; warnings: readonly string[] } {
  const document = new KubeconfigDocument(text, "kc", "aws");
  const { warnings } = putClusterEntries(document, what, options);
  return { text: document.text(), warnings };
}

/** A kubeconfig with one context `name` of cluster `cluster` and user `user`. */
function config({
  name = "mine",
  cluster = "other",
  user = "me",
  server = "https://other.example",
  login = "token: t",
}) {
  return [
    "clusters:",
    `- cluster: {server: "${server}"}`,
    `  name: ${cluster}`,
    "contexts:",
    `- context: {cluster: "${cluster}", user: "${user}"}`,
    `  name: ${name}`,
    "users:",
    `- name: ${user}`,
    `  user: {${login}}`,
    "",
  ].join("\n");
}

describe("entries that are there", () => {
  const before = `# mine
clusters:
- cluster:
    server: https://old.example # moved
    certificate-authority: /old.crt
    proxy-url: socks5://p:1
    extensions: [{name: e, extension: 1}]
  name: ${arn}
contexts:
- name: ${arn}
  context:
    namespace: team-a
    cluster: ${arn}
    user: ${arn}
users:
- name: ${arn}
  user:
    as: boss
    token: old
    exec:
      apiVersion: client.authentication.k8s.io/v1alpha1
      args: [a]
      command: aws-iam-authenticator
      env:
      - {name: HTTPS_PROXY, value: http://p}
      - name: AWS_PROFILE
        value: old
      installHint: get it
      provideClusterInfo: false
`;

  test("keep what is not the cluster's address or way to log in", () => {
    const profile = [new Map(Object.entries({ name: "AWS_PROFILE", value: "new" }))];
    expect(put(before, entries({ user: exec(login, { env: profile }) })).text).toBe(`# mine
clusters:
- cluster:
    server: https://SHOP.eks.example # moved
    proxy-url: socks5://p:1
    extensions: [{name: e, extension: 1}]
    certificate-authority-data: Q0E=
  name: ${arn}
contexts:
- name: ${arn}
  context:
    namespace: team-a
    cluster: ${arn}
    user: ${arn}
users:
- name: ${arn}
  user:
    as: boss
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - --region
      - eu-west-1
      - eks
      - get-token
      - --cluster-name
      - shop
      command: fedctl
      env:
      - {name: HTTPS_PROXY, value: http://p}
      - name: AWS_PROFILE
        value: new
      installHint: get it
      provideClusterInfo: false
current-context: ${arn}
`);
  });

  test("are left alone when nothing is new", () => {
    const once = put("", entries()).text;
    expect(put(once, entries()).text).toBe(once);
  });

  test("without another role for the user of other contexts there is nothing to warn of", () => {
    const once = put("", entries({ contextName: "a" })).text;
    expect(put(once, entries({ contextName: "b" })).warnings).toEqual([]);
  });

  test("warn of the role that other contexts of the same user get", () => {
    const once = put("", entries({ contextName: "a" })).text;
    const second = put(once, entries({ contextName: "b", user: exec([...login, "--role", "r"]) }));
    expect(second.warnings).toEqual([
      `user ${arn} now logs in with role r, also for context a; --user-alias gives a context a user of its own`,
    ]);
    expect(put(second.text, entries({ contextName: "b" })).warnings).toEqual([
      expect.stringContaining("now logs in without a role, also for context a"),
    ]);
  });

  test("the current context stays where it is to stay", () => {
    const { text } = put("current-context: mine\n", entries(), { ...usual, setCurrent: false });
    expect(text).toMatch(/^current-context: mine$/m);
  });
});

describe("entries of another cluster", () => {
  const taken = "context mine in kc belongs to cluster other";
  const foreignUser = "user me in kc belongs to another cluster";
  const plugin = (region: string): string => `exec: {args: [--region, ${region}, --cluster-name, shop]}`;
  const alone = (login: string): string => `users:\n- name: me\n  user: {${login}}\n`;

  test.each<{ title: string; before: string; names: Partial<ClusterEntries>; refusal?: string }>([
    { title: "a context of another cluster", before: config({}), names: { contextName: "mine" }, refusal: taken },
    {
      title: "a context of this cluster, by its address",
      before: config({ server: "https://shop.EKS.example/" }),
      names: { contextName: "mine" },
    },
    {
      title: "a context of this cluster, by its ARN",
      before: config({ cluster: arn }),
      names: { contextName: "mine" },
    },
    {
      title: "a context whose plugin asks for a cluster of the same name, which another account may have, too",
      before: config({ login: plugin("eu-west-1") }),
      names: { contextName: "mine" },
      refusal: taken,
    },
    {
      title: "a user whose plugin asks for a cluster of the same name in another account",
      before: config({ cluster: arn.replace(":1:", ":2:"), login: plugin("eu-west-1") }),
      names: { userName: "me", contextName: "new" },
      refusal: foreignUser,
    },
    {
      title: "a user that no context uses, and whose plugin asks for the same name in another region",
      before: alone(plugin("us-east-1")),
      names: { userName: "me" },
      refusal: foreignUser,
    },
    {
      title: "a user of another cluster's context",
      before: config({}),
      names: { userName: "me" },
      refusal: foreignUser,
    },
    {
      title: "a user that no context uses",
      before: alone("token: t"),
      names: { userName: "me" },
      refusal: foreignUser,
    },
    {
      title: "a user whose contexts are all of this cluster",
      before: config({ cluster: arn }),
      names: { userName: "me", contextName: "new" },
    },
    {
      title: "a user that no context uses, and whose plugin asks for this cluster",
      before: alone("exec: {args: [token, -i, shop]}"),
      names: { userName: "me" },
    },
    {
      title: "a cluster entry with another address",
      before: config({}),
      names: { clusterName: "other" },
      refusal: "cluster other in kc is another one",
    },
    {
      title: "a cluster entry with this address",
      before: config({ server: "https://shop.eks.example" }),
      names: { clusterName: "other" },
    },
    { title: "whatever has the ARN for a name", before: config({ name: arn, user: arn }), names: {} },
  ])("$title", ({ before, names, refusal }) => {
    const run = (): unknown => put(before, entries(names));
    if (refusal === undefined) expect(run).not.toThrow();
    else {
      const error = { code: "KubeconfigEntryTaken", message: refusal, exitCode: 7 };
      expect(run).toThrow(expect.objectContaining(error) as Error);
    }
    expect(() => put(before, entries(names), { ...usual, overwrite: true })).not.toThrow();
  });

  test("in another file of the list count as well", () => {
    const others = [new KubeconfigDocument(config({}), "b", "aws")];
    expect(() => put("", entries({ contextName: "mine" }), { ...usual, others })).toThrow("context mine in b belongs");
  });

  test("a refusal leaves the document as it was", () => {
    const document = new KubeconfigDocument(config({}), "kc", "aws");
    expect(() => putClusterEntries(document, entries({ userName: "me", contextName: "new" }), usual)).toThrow();
    expect(document.isChanged).toBe(false);
  });
});
