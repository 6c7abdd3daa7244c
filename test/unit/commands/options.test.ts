import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { disableCommand } from "../../../src/commands/disable.ts";
import { enableCommand } from "../../../src/commands/enable.ts";
import type { Execute } from "../../../src/commands/execute.ts";
import { federateCommand } from "../../../src/commands/federate.ts";
import { gcCommand } from "../../../src/commands/gc.ts";
import { installCommand } from "../../../src/commands/install.ts";
import { joinCommand } from "../../../src/commands/join.ts";
import { disableOrphaningCommand } from "../../../src/commands/orphaning-deletion/disable.ts";
import { enableOrphaningCommand } from "../../../src/commands/orphaning-deletion/enable.ts";
import { orphaningStatusCommand } from "../../../src/commands/orphaning-deletion/status.ts";
import { defaultKubefedNamespace } from "../../../src/commands/shared-options.ts";
import { uninstallCommand } from "../../../src/commands/uninstall.ts";
import { unjoinCommand } from "../../../src/commands/unjoin.ts";
import type { Connector } from "../../../src/commands/deps.ts";
import type { FederationDeps } from "../../../src/federation/deps.ts";
import { defaultKubefedNamespace as namespaceOfTheCore } from "../../../src/federation/kubefed-types.ts";

/** What a command line becomes: the one options object that the core is given, and what the runner is told. */
async function parse(
  make: (execute: Execute, run: (options: object) => Promise<never>) => Command,
  argv: readonly string[],
) {
  let options: object | undefined;
  let told: { kind: string; stdinIsTaken?: boolean; flags: object } | undefined;
  const ended = new Error("the core was reached");
  const run = (given: object): Promise<never> => {
    options = given;
    return Promise.reject(ended);
  };
  const execute: Execute = async (spec) => {
    told = spec;
    // The spy above takes nothing of the core.
    await spec.run(undefined as unknown as FederationDeps, () => undefined, undefined as unknown as Connector);
  };
  const command = make(execute, run).exitOverride();
  await expect(command.parseAsync([...argv], { from: "user" })).rejects.toBe(ended);
  return { options, told };
}

const host = { hostClusterContext: undefined, kubefedNamespace: "kube-federation-system", dryRun: false };
const federate: Parameters<typeof parse>[0] = (execute, run) => federateCommand(execute, noText, run);
const clock = { now: () => 0, sleep: () => Promise.resolve() };
const nowhere = { env: {}, cwd: "/", clock, signal: new AbortController().signal };
const makeJoin: Parameters<typeof parse>[0] = (execute, run) =>
  joinCommand(execute, { ...nowhere, readText: (path) => Promise.resolve(`text of ${path}`) }, run);
const noText = { readText: () => Promise.reject(new Error("reads nothing")) };

test("the namespace of --help is the core's", () => {
  expect(defaultKubefedNamespace).toBe(namespaceOfTheCore);
});

describe("argv becomes one options object", () => {
  test("install", async () => {
    expect((await parse(installCommand, [])).options).toStrictEqual({ ...host, scope: "Cluster" });
    const argv = ["--scope", "Namespaced", "--host-cluster-context", "a", "--kubefed-namespace", "b", "--dry-run"];
    expect((await parse(installCommand, argv)).options).toStrictEqual({
      hostClusterContext: "a",
      kubefedNamespace: "b",
      dryRun: true,
      scope: "Namespaced",
    });
  });

  test("uninstall", async () => {
    expect((await parse(uninstallCommand, [])).options).toStrictEqual({ ...host, instances: "refuse" });
    expect((await parse(uninstallCommand, ["--instances=delete"])).options).toMatchObject({ instances: "delete" });
  });

  test("join", async () => {
    expect((await parse(makeJoin, ["vulcan"])).options).toStrictEqual({
      ...host,
      clusterNames: ["vulcan"],
      clusterContext: undefined,
      hostClusterName: undefined,
      secretName: undefined,
      errorOnExisting: true,
      apiEndpoint: undefined,
      caPem: undefined,
      skipEndpointCheck: false,
      labels: undefined,
      rbac: undefined,
      waitMs: undefined,
      parallel: 8,
    });
    const argv = ["vulcan", "mars", "--cluster-context=c", "--host-cluster-name", "h", "--secret-name", "s"];
    const more = ["--no-error-on-existing", "--api-endpoint=https://a", "--ca-file", "-", "--no-check-endpoint"];
    const most = ["--label", "a=b=c", "--label=x/y=", "--rbac=minimal", "--wait", "--timeout=90s", "-P", "2"];
    const { options, told } = await parse(makeJoin, [...argv, ...more, ...most]);
    expect(options).toStrictEqual({
      ...host,
      clusterNames: ["vulcan", "mars"],
      clusterContext: "c",
      hostClusterName: "h",
      secretName: "s",
      errorOnExisting: false,
      apiEndpoint: "https://a",
      caPem: "text of -",
      skipEndpointCheck: true,
      labels: { a: "b=c", "x/y": "" },
      rbac: "minimal",
      waitMs: 90_000,
      parallel: 2,
    });
    expect(told).toMatchObject({ kind: "JoinResult", stdinIsTaken: true });
    expect((await parse(makeJoin, ["vulcan", "--wait"])).options).toMatchObject({ waitMs: 120_000 });
  });

  test.each([
    [["--timeout", "1m"], "--timeout is the limit of --wait, which is not given"],
    [["--label", "a"], "key=value is wanted."],
    [["--label", "a=b", "--label", "a=c"], 'label "a" is given two values.'],
    [["-P", "0"], "a number from 1 to 9999 is wanted."],
    [["--rbac", "some"], "Allowed choices are full, minimal."],
    [["--region", "r"], "--region is about --eks-cluster, which is not given"],
    [["mars", "--eks-cluster", "c"], "--eks-cluster is about one cluster, but 2 are named"],
  ])("join %j is refused", async (argv, message) => {
    const execute: Execute = () => Promise.reject(new Error("nothing is run"));
    const command = makeJoin(execute, () => Promise.reject(new Error("nothing is run"))).exitOverride();
    command.configureOutput({ writeErr: () => undefined });
    await expect(command.parseAsync(["vulcan", ...argv], { from: "user" })).rejects.toThrow(message);
  });

  test("an empty value counts as not given", async () => {
    const argv = ["vulcan", "--cluster-context", "", "--host-cluster-context=", "--kubefed-namespace", ""];
    expect((await parse(makeJoin, argv)).options).toMatchObject({ ...host, clusterContext: undefined });
  });

  test("unjoin", async () => {
    const files = { ...noText, writeNewText: () => Promise.resolve(true), removeFile: () => Promise.resolve() };
    const make: Parameters<typeof parse>[0] = (execute, run) => unjoinCommand(execute, files, run);
    expect((await parse(make, ["vulcan", "mars"])).options).toStrictEqual({
      ...host,
      clusterNames: ["vulcan", "mars"],
      clusterContext: undefined,
      hostClusterName: undefined,
      force: false,
      unreachable: "fail",
      workloads: "keep",
      ignoreNotFound: false,
      timeoutMs: 120_000,
    });
    const argv = [
      "vulcan",
      "--force",
      "--ignore-not-found",
      "--unreachable=skip",
      "--workloads",
      "delete",
      "--timeout=5s",
    ];
    expect((await parse(make, argv)).options).toMatchObject({
      clusterNames: ["vulcan"],
      force: true,
      unreachable: "skip",
      workloads: "delete",
      ignoreNotFound: true,
      timeoutMs: 5_000,
    });
  });

  test("disable", async () => {
    expect((await parse(disableCommand, ["cm"])).options).toStrictEqual({
      ...host,
      names: ["cm"],
      deleteCrd: false,
      federatedGroup: undefined,
      version: undefined,
      instances: "refuse",
      timeoutMs: 60_000,
    });
    const argv = ["cm", "deploy", "--delete-crd", "--federated-group=a.b", "--version", "v1"];
    expect((await parse(disableCommand, [...argv, "--instances=orphan", "--timeout=5s"])).options).toStrictEqual({
      ...host,
      names: ["cm", "deploy"],
      deleteCrd: true,
      federatedGroup: "a.b",
      version: "v1",
      instances: "orphan",
      timeoutMs: 5_000,
    });
  });

  test("gc", async () => {
    const nothing = { ...host, yes: false, clusterContexts: [] };
    expect((await parse(gcCommand, [])).options).toStrictEqual(nothing);
    const argv = ["-y", "--cluster-context", "a", "--cluster-context=b", "--cluster-context", ""];
    expect((await parse(gcCommand, argv)).options).toStrictEqual({
      ...nothing,
      yes: true,
      clusterContexts: ["a", "b"],
    });
  });

  test("enable", async () => {
    const make: Parameters<typeof parse>[0] = (execute, run) => enableCommand(execute, noText, run);
    const argv = [
      "deploy",
      "cm",
      "--version",
      "v1",
      "--federated-group=a.b",
      "--federated-version",
      "v2",
      "-o",
      "yaml",
    ];
    expect((await parse(make, argv)).options).toStrictEqual({
      ...host,
      names: ["deploy", "cm"],
      directives: undefined,
      version: "v1",
      federatedGroup: "a.b",
      federatedVersion: "v2",
      output: "yaml",
    });
  });

  test("enable -f - reads directives and keeps standard input from credential plugins", async () => {
    const deps = { readText: (path: string) => Promise.resolve(`source: "${path}"\n---\nkind: B\n`) };
    const make: Parameters<typeof parse>[0] = (execute, run) => enableCommand(execute, deps, run);
    const { options, told } = await parse(make, ["-f", "-"]);
    expect(options).toMatchObject({ names: [], directives: [{ source: "-" }, { kind: "B" }] });
    expect(told).toMatchObject({ kind: "EnableResult", stdinIsTaken: true });
  });

  test("federate", async () => {
    const argv = ["namespace", "demo", "-n", "x", "-c", "-t", "-s", "pods,,apps", "-s", "leases", "--dry-run"];
    expect((await parse(federate, argv)).options).toStrictEqual({
      ...host,
      dryRun: true,
      type: "namespace",
      names: ["demo"],
      selector: undefined,
      allNamespaces: false,
      namespace: "x",
      contents: true,
      enableType: true,
      skipApiResources: ["pods", "apps", "leases"],
      include: [],
      ignoreForbidden: false,
      onConflict: "fail",
      clusters: undefined,
      clusterSelector: undefined,
      fromContext: undefined,
      output: undefined,
    });
    const more = ["cm", "-A", "-l", "a=b", "--include", "cm/x,ep", "--ignore-forbidden", "--on-conflict=update"];
    const places = ["--clusters", "a,b", "--cluster-selector", "region=eu,tier==web", "--from-context", "vulcan"];
    expect((await parse(federate, [...more, ...places])).options).toMatchObject({
      type: "cm",
      names: [],
      selector: "a=b",
      allNamespaces: true,
      include: ["cm/x", "ep"],
      ignoreForbidden: true,
      onConflict: "update",
      clusters: ["a", "b"],
      clusterSelector: { region: "eu", tier: "web" },
      fromContext: "vulcan",
    });
    expect((await parse(federate, ["cm", "a", "b"])).options).toMatchObject({ names: ["a", "b"] });
  });

  test("orphaning-deletion", async () => {
    const one = {
      ...host,
      type: "fcm",
      names: ["web"],
      namespace: "demo",
      allNamespaces: false,
      labelSelector: undefined,
    };
    const argv = ["fcm", "web", "-n", "demo"];
    expect((await parse(enableOrphaningCommand, argv)).options).toStrictEqual({ ...one, orphaning: "enable" });
    expect((await parse(disableOrphaningCommand, argv)).options).toStrictEqual({ ...one, orphaning: "disable" });
    expect((await parse(orphaningStatusCommand, argv)).options).toStrictEqual(one);
    const many = await parse(disableOrphaningCommand, ["fcm", "-A", "-l", "a=b", "--dry-run"]);
    expect(many.options).toStrictEqual({
      ...host,
      dryRun: true,
      type: "fcm",
      names: [],
      namespace: undefined,
      allNamespaces: true,
      labelSelector: "a=b",
      orphaning: "disable",
    });
  });

  test("orphaning-deletion status takes --dry-run, as kubefedctl does, and has no plan to tell", async () => {
    expect((await parse(orphaningStatusCommand, ["fcm", "a", "b", "--dry-run"])).told?.flags).toMatchObject({
      dryRun: false,
    });
  });

  test("limits and verbosity reach the runner", async () => {
    const { told } = await parse(makeJoin, [
      "a",
      "--request-timeout",
      "2m",
      "--exec-timeout",
      "9s",
      "-v",
      "6",
      "--json",
      "--kubeconfig",
      "k",
    ]);
    expect(told).toMatchObject({
      kind: "JoinResult",
      flags: { requestTimeout: 120_000, execTimeout: 9_000, v: 6, json: true, kubeconfig: "k" },
    });
  });
});
