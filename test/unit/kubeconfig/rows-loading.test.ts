import { describe, expect, test } from "vitest";
import { loadKubeconfig } from "../../../src/kubeconfig/load.ts";
import { resolveClientConfig } from "../../../src/kubeconfig/resolve.ts";
import type { ClientConfig } from "../../../src/kubeconfig/types.ts";
import { messageOf, resolveOne } from "./one-user.ts";
import { tempFolder } from "./temp-folder.ts";

const a =
  "clusters: [{name: c, cluster: {server: https://a}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n";
const b = "clusters: [{name: c, cluster: {server: https://b}}, {name: d, cluster: {server: https://d}}]\n";
const current = (name: string): string => `current-context: ${JSON.stringify(name)}\n`;
const noConfiguration =
  "invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable";
const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "bin/p", interactiveMode: "Never" };

interface Loading {
  readonly files: Readonly<Record<string, string>>;
  readonly list: string;
  readonly context?: string;
}

/** The server that the list leads to, or why it leads to none. */
async function client({ files, list, context }: Loading): Promise<ClientConfig> {
  const cwd = await tempFolder(files);
  const { raw } = await loadKubeconfig({ env: { KUBECONFIG: list, HOME: cwd }, cwd });
  return await resolveClientConfig(raw, { env: {}, cwd, contextOverride: context });
}
const server = async (loading: Loading): Promise<string> => (await client(loading)).baseUrl;
const problem = (text: string): Promise<string> => messageOf(server({ files: { f: text }, list: "f" }));

/** What client-go 0.34.4 does, row by row. */
describe("3.1", () => {
  test.each<{ row: string; seen: () => Promise<unknown>; wanted: unknown }>([
    {
      row: "KUBECONFIG list, disjoint files",
      seen: () => server({ files: { a, x: current("x") }, list: "x:a" }),
      wanted: "https://a",
    },
    {
      row: "entry in two files",
      seen: () => server({ files: { a: a + current("x"), b }, list: "b:a" }),
      wanted: "https://b",
    },
    {
      row: "same file twice",
      seen: () => server({ files: { a: a + current("x") }, list: "a:a" }),
      wanted: "https://a",
    },
    {
      row: "current-context in two files",
      seen: async () =>
        (await client({ files: { a, e: current(""), f: current("x"), g: current("y") }, list: "e:f:g:a" })).contextName,
      wanted: "x",
    },
    {
      row: "missing file in list",
      seen: () => server({ files: { a: a + current("x") }, list: "none:a:gone" }),
      wanted: "https://a",
    },
    {
      row: "all missing / no file",
      seen: () => messageOf(server({ files: {}, list: "none:gone" })),
      wanted: noConfiguration,
    },
    {
      row: "all missing / no file (home)",
      seen: () => messageOf(server({ files: {}, list: "" })),
      wanted: noConfiguration,
    },
    {
      row: "empty list elements",
      seen: () => server({ files: { a: a + current("x") }, list: "::a:" }),
      wanted: "https://a",
    },
    { row: "empty or comment-only file", seen: () => problem("# nothing\n"), wanted: noConfiguration },
    {
      row: "bad context/cluster not in use",
      seen: () =>
        server({ files: { a: a + current("x"), b: "clusters: [{name: z}]\ncontexts: [{name: z}]" }, list: "a:b" }),
      wanted: "https://a",
    },
    {
      row: "cluster without server, context without cluster",
      seen: () =>
        problem(
          `clusters: [{name: c, cluster: {proxy-url: "http://p"}}]\ncontexts: [{name: x, context: {cluster: c}}]\n${current("x")}`,
        ),
      wanted: expect.stringContaining('no server found for cluster "c"') as string,
    },
    {
      row: "duplicate names in one file",
      seen: () => problem("users: [{name: u}, {name: u}]"),
      wanted: expect.stringContaining('duplicate name "u" in list') as string,
    },
    {
      row: "kind/apiVersion check",
      seen: () => problem("kind: Pod\napiVersion: v1\n"),
      wanted: expect.stringContaining('no kind "Pod" is registered for version "v1"') as string,
    },
    {
      row: "scalar document, list document",
      seen: async () => [await problem("text"), await problem("[1]")],
      wanted: [
        expect.stringContaining('error loading config file "f"'),
        expect.stringContaining('error loading config file "f"'),
      ],
    },
    {
      row: "YAML 1.1 scalars",
      seen: () => problem("contexts: [{name: x, context: {namespace: no}}]"),
      wanted: expect.stringContaining(
        "cannot unmarshal bool into Go struct field Context.contexts.context.namespace of type string",
      ) as string,
    },
    {
      row: "type checks",
      seen: () => problem('clusters: [{name: c, cluster: {insecure-skip-tls-verify: "true"}}]'),
      wanted: expect.stringContaining("cannot unmarshal string into Go struct field") as string,
    },
    {
      row: "multi-document, repeated keys",
      seen: () => server({ files: { a: `${current("y")}${a}${current("x")}---\n${current("z")}` }, list: "a" }),
      wanted: "https://a",
    },
    {
      row: "base64 validation",
      seen: () => problem("users: [{name: u, user: {client-key-data: a_b-}}]"),
      wanted: expect.stringContaining("illegal base64 data at input byte 1") as string,
    },
    {
      row: "relative exec command, tokenFile",
      seen: async () => {
        const command = await resolveOne({ user: { exec } });
        const token = await resolveOne({ user: { tokenFile: "t" }, files: { t: "abc" } });
        return [inFolder(command), inFolder(token)];
      },
      wanted: [
        { kind: "exec", exec: expect.objectContaining({ command: "DIR/bin/p" }) as unknown, clusterExtension: null },
        expect.objectContaining({ kind: "static", tokenFile: "DIR/t" }),
      ],
    },
    {
      row: "as-uid, as-groups, as-user-extra",
      seen: async () =>
        (await resolveOne({ user: { as: "j", "as-uid": "7", "as-groups": ["g", "h"], "as-user-extra": { k: ["v"] } } }))
          .config.impersonation,
      wanted: { user: "j", uid: "7", groups: ["g", "h"], extra: new Map([["k", ["v"]]]) },
    },
    {
      row: "disable-compression",
      seen: async () =>
        (await resolveOne({ cluster: { server: "https://c", "disable-compression": true } })).config.disableCompression,
      wanted: true,
    },
    {
      row: "validation (both methods, both files, …)",
      seen: () => messageOf(resolveOne({ user: { token: "t", username: "u", password: "p" } })),
      wanted: expect.stringContaining(
        "more than one authentication method found for u; found [token basicAuth], only one is allowed",
      ) as string,
    },
    {
      row: "--context unknown",
      seen: () => messageOf(server({ files: { a }, list: "a", context: "nope" })),
      wanted: expect.stringContaining('context "nope" does not exist') as string,
    },
    {
      row: "unknown user",
      seen: async () => {
        const { credentials, tls } = (
          await resolveOne({ cluster: { server: "https://c", "tls-server-name": "n" }, context: { user: "nobody" } })
        ).config;
        return [credentials, tls.serverName];
      },
      wanted: [{ kind: "anonymous" }, "n"],
    },
  ])("$row", async ({ seen, wanted }) => {
    expect(await seen()).toEqual(wanted);
  });
});

/** The credentials, with the kubeconfig's folder as DIR. */
function inFolder({ config, folder }: { config: ClientConfig; folder: string }): unknown {
  return JSON.parse(JSON.stringify(config.credentials).replaceAll(folder, "DIR"));
}
