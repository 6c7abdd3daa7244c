import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createAuthority } from "../cluster/certificates.ts";
import { adminEntry, renderKubeconfig } from "../cluster/kubeconfig-file.ts";
import { testClusters, type TestHome } from "../support/clusters.ts";
import { type CliResult, runFedctl } from "../support/fedctl.ts";

const clusters = testClusters();
const { earth } = clusters;
const v1 = "client.authentication.k8s.io/v1";
const v1alpha1 = "client.authentication.k8s.io/v1alpha1";
const v1beta1 = "client.authentication.k8s.io/v1beta1";

interface Bed {
  readonly home: TestHome;
  /** How often the plugin was run. */
  readonly runs: () => Promise<number>;
  readonly fedctl: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<CliResult>;
}

/** A cluster whose user has this script for a plugin; `$RUN` in it counts the runs. */
async function bed(script: string, exec: Readonly<Record<string, unknown>> = {}): Promise<Bed> {
  const home = await clusters.createHome([]);
  const plugin = join(home.folder, "plugin.sh");
  await writeFile(
    plugin,
    `#!/bin/sh\necho run >> ${home.folder}/runs\nRUN=$(wc -l < ${home.folder}/runs)\n${script}\n`,
    {
      mode: 0o755,
    },
  );
  const user = { exec: { apiVersion: v1, command: plugin, interactiveMode: "Never", ...exec } };
  const { name, server, caPem } = earth;
  await writeFile(home.kubeconfigPath, renderKubeconfig([{ name, server, caPem, user }]));
  return {
    home,
    runs: async () => (await readFile(join(home.folder, "runs"), "utf8")).split("\n").length - 1,
    fedctl: (args, env = {}) => runFedctl(args, { env: { ...home.env, ...env } }),
  };
}

function answer(token: string, apiVersion = v1): string {
  return `echo '{"apiVersion":"${apiVersion}","kind":"ExecCredential","status":{"token":"${token}"}}'`;
}

const toEarth = ["get", "clusters", "--host-cluster-context", "earth"];

describe("users whose credentials a plugin makes", () => {
  test("a token that the server refuses is fetched once more, and the request repeated", async () => {
    const { fedctl, runs } = await bed(
      `if [ "$RUN" = 1 ]; then ${answer("stale")}; else ${answer(earth.adminToken)}; fi`,
    );
    const result = await fedctl([...toEarth, "-v", "6"]);
    const statuses = result.stderr.match(/(?<=^GET \S+ )\d+/gm) ?? [];
    // What the server answers with the good token depends on what others installed; it is no 401.
    expect(statuses.at(0)).toBe("401");
    expect(statuses.at(-1)).not.toBe("401");
    expect(await runs()).toBe(2);
    expect(result.stderr).not.toContain(earth.adminToken);
  });

  test("a token that is refused again is no reason for a third run", async () => {
    const { fedctl, runs } = await bed(`${answer("stale")}; echo "login is due" >&2`);
    const result = await fedctl(toEarth);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("Unauthorized");
    expect(result.stderr).toContain("login is due");
    expect(await runs()).toBe(2);
  });

  test("a plugin that fails: user, command, exit code and what it wrote", async () => {
    const { fedctl, home } = await bed('echo "trying" >&2; echo "the session has expired" >&2; exit 4');
    const result = await fedctl(toEarth);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    const command = join(home.folder, "plugin.sh");
    expect(result.stderr).toContain("trying\nthe session has expired\n");
    expect(result.stderr).toContain(
      `error: getting credentials for user "earth" of context "earth": exec: executable ${command} failed with exit code 4: the session has expired\n`,
    );
    expect(result.stderr).toMatch(/^hint: run "/m);
  });

  test("v1alpha1 is refused with the command that repairs it, and works after that", async () => {
    const { fedctl } = await bed(answer(earth.adminToken, v1beta1), { apiVersion: v1alpha1 });
    const refused = await fedctl(toEarth);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain(`exec plugin: invalid apiVersion "${v1alpha1}"`);
    expect(refused.stderr).toMatch(/^hint: fedctl config repair /m);
    expect(await fedctl(["config", "repair"])).toMatchObject({ code: 3 });
    expect(await fedctl(["config", "repair", "--yes"])).toMatchObject({ code: 0 });
    expect((await fedctl([...toEarth, "-v", "6"])).stderr).not.toContain("invalid apiVersion");
  });

  test("--exec-timeout ends a plugin that never answers", async () => {
    const { fedctl } = await bed("sleep 600");
    const result = await fedctl([...toEarth, "--exec-timeout", "1s"]);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("did not answer within 1 s");
  });

  test("a plugin gets the environment of the kubeconfig, and no open standard input", async () => {
    const script = `read -r line; if [ -z "$line" ] && [ "$WHO" = me ]; then ${answer(earth.adminToken)}; else exit 9; fi`;
    const { fedctl } = await bed(script, { env: [{ name: "WHO", value: "me" }] });
    const result = await fedctl([...toEarth, "-v", "6"], { WHO: "somebody else" });
    expect(result.stderr).not.toContain("exit code 9");
    expect(result.stderr).toMatch(/^GET \S+ (200|404) /m);
  });
});

describe("3.3 NODE_TLS_REJECT_UNAUTHORIZED", () => {
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };

  test("is said to be ignored, once, and is", async () => {
    const home = await clusters.createHome([
      adminEntry({ ...earth, caPem: createAuthority("another").certificatePem }),
    ]);
    const result = await runFedctl(["get", "clusters"], { env: { ...home.env, ...env } });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toMatch(
      /^warning: NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: .*insecure-skip-tls-verify.*\nerror: .*x509: certificate signed by unknown authority/,
    );
  });

  test("reaches plugins as it was", async () => {
    const { fedctl } = await bed(`echo "plugin: $NODE_TLS_REJECT_UNAUTHORIZED" >&2; exit 1`);
    expect((await fedctl(toEarth, env)).stderr).toContain("plugin: 0\n");
  });
});
