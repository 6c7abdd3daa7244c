import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { ensureBinaries } from "../cluster/binaries.ts";
import { startClusters } from "../cluster/start.ts";

/** The walk-through: two clusters become a federation, a namespace is federated, one cluster leaves again. */

const bin = fileURLToPath(new URL("../../bin/fedctl.js", import.meta.url));
const holderScript = fileURLToPath(new URL("hold-clusters.ts", import.meta.url));
const workload = fileURLToPath(new URL("workload.yaml", import.meta.url));
const node = fileURLToPath(new URL("node.yaml", import.meta.url));
const usage = `usage: npm run demo -- [--keep] [--host-context A --member-context B [--kubeconfig PATH]]

  --keep            leave the clusters up at the end and print the KUBECONFIG to use
  --host-context    run against clusters that exist: the host of the federation
  --member-context  ... and the cluster that joins it
`;

interface Stage {
  readonly host: string;
  readonly member: string;
  /** The clusters have no node but those the demo makes. */
  readonly isSimulated: boolean;
  readonly kubectl: string;
  readonly env: NodeJS.ProcessEnv;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      keep: { type: "boolean", default: false },
      "host-context": { type: "string" },
      "member-context": { type: "string" },
      kubeconfig: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const host = values["host-context"];
  const member = values["member-context"];
  if ((host === undefined) !== (member === undefined)) throw new Error(`give both contexts or none\n${usage}`);
  if (host !== undefined && member !== undefined) await onContexts({ host, member, kubeconfig: values.kubeconfig });
  else await onNewClusters(values.keep);
}

/** Clusters of the demo's own: they go down with it, unless they are to be kept. */
async function onNewClusters(keep: boolean): Promise<void> {
  say("Two Kubernetes clusters come up: earth, the host of the federation, and vulcan.");
  const kubectl = await findKubectl();
  if (keep) {
    await onKeptClusters(kubectl);
    return;
  }
  await using clusters = await startClusters(["earth", "vulcan"], { startScheduler: true, kwok: true });
  const stage = stageOf(clusters.kubeconfigPath, kubectl);
  await federate(stage);
  await propagate(stage);
  await leave(stage);
  say("Everything is taken down.");
}

/** Another process holds the clusters, so that they outlive this one; vulcan stays joined, since there is more to see. */
async function onKeptClusters(kubectl: string): Promise<void> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const holder = spawn(process.execPath, ["--import", tsx, holderScript], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  holder.stderr.pipe(process.stderr, { end: false });
  try {
    const kubeconfigPath = await firstLine(holder.stdout);
    const stage = stageOf(kubeconfigPath, kubectl);
    await federate(stage);
    await propagate(stage);
    say("The clusters stay up. To look around:");
    process.stdout.write(`  export KUBECONFIG=${kubeconfigPath}\n  node bin/fedctl.js get clusters\n`);
    say("To take everything down:");
    process.stdout.write(`  kill ${holder.pid ?? ""}\n`);
  } catch (error) {
    holder.kill("SIGTERM");
    throw error;
  } finally {
    // Nothing of this process's own stays open in it: whoever reads the demo's output sees its end.
    holder.stdout.destroy();
    holder.stderr.destroy();
    holder.unref();
  }
}

async function firstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error("the clusters did not come up");
}

function stageOf(kubeconfigPath: string, kubectl: string): Stage {
  return {
    host: "earth",
    member: "vulcan",
    isSimulated: true,
    kubectl,
    env: { ...process.env, KUBECONFIG: kubeconfigPath },
  };
}

async function onContexts(given: { host: string; member: string; kubeconfig: string | undefined }): Promise<void> {
  const kubectl = await findKubectl();
  const env = given.kubeconfig === undefined ? process.env : { ...process.env, KUBECONFIG: given.kubeconfig };
  const stage: Stage = { host: given.host, member: given.member, isSimulated: false, kubectl, env };
  for (const [context, namespace] of [
    [stage.host, "demo"],
    [stage.host, "kube-federation-system"],
    [stage.member, "kube-federation-system"],
  ] as const) {
    const found = await capture(stage, [
      "--context",
      context,
      "get",
      "namespace",
      namespace,
      "--ignore-not-found",
      "-o",
      "name",
    ]);
    if (found !== "")
      throw new Error(
        `namespace ${namespace} exists in ${context} already: the demo would not be the only one to use it`,
      );
  }
  try {
    await federate(stage);
    await propagate(stage);
    await leave(stage);
  } catch (error) {
    say("The demo failed; what it made so far is removed.");
    await leave(stage, "--ignore-not-found").catch((again: unknown) => {
      process.stderr.write(`demo: ${String(again)}\n`);
    });
    throw error;
  } finally {
    say("The demo's own things are removed.");
    await runKubectl(stage, ["--context", stage.host, "delete", "namespace", "demo", "--ignore-not-found"]);
  }
}

/** The pinned one, so that the tables look the same everywhere. */
async function findKubectl(): Promise<string> {
  const { kubectl } = await ensureBinaries({ extras: ["kubectl"] });
  if (kubectl === undefined) throw new Error("kubectl was neither found nor built");
  return kubectl;
}

async function federate(stage: Stage): Promise<void> {
  const onHost = ["--host-cluster-context", stage.host];
  if (stage.isSimulated) {
    say("Each cluster gets a node; kwok plays it.");
    for (const context of [stage.host, stage.member]) {
      await runKubectl(stage, ["--context", context, "apply", "-f", node]);
    }
  }
  say(`KubeFed's types and its configuration go into ${stage.host}.`);
  await fedctl(stage, ["install", ...onHost]);

  say("Both clusters join. The host can be a member like any other.");
  await fedctl(stage, ["join", stage.host, ...onHost]);
  await fedctl(stage, ["join", stage.member, ...onHost]);
  await fedctl(stage, ["get", "clusters", ...onHost]);

  say("A namespace with a small workload, in the host alone so far.");
  await runKubectl(stage, ["--context", stage.host, "apply", "-f", workload]);
  await runKubectl(stage, [
    "--context",
    stage.host,
    "-n",
    "demo",
    "get",
    "deployments,services,configmaps,secrets,limitranges",
  ]);

  say("A type is enabled by name. The plan comes first, then the deed.");
  await fedctl(stage, ["enable", "networkpolicies", ...onHost, "--dry-run"]);
  await fedctl(stage, ["enable", "networkpolicies", ...onHost]);

  say("The namespace is federated with all that is in it; a type that is not enabled yet gets enabled on the way.");
  await fedctl(stage, ["federate", "namespace", "demo", ...onHost, "--contents", "--enable-type"]);
  const federated = ["namespaces", "deployments", "services", "configmaps", "secrets", "limitranges"];
  await runKubectl(stage, [
    "--context",
    stage.host,
    "-n",
    "demo",
    "get",
    federated.map((plural) => `federated${plural}`).join(","),
  ]);

  say("Doing it again changes nothing.");
  await fedctl(stage, ["federate", "namespace", "demo", ...onHost, "--contents", "--enable-type"]);
}

/** From the host to the clusters, and on to where somebody wants it next. */
async function propagate(stage: Stage): Promise<void> {
  const { host, member } = stage;
  const onHost = ["--host-cluster-context", host];
  say("What the clusters lack of one type. Nothing is written.");
  await fedctl(stage, ["sync", "services", ...onHost, "--dry-run"]);

  say(
    "fedctl brings the clusters to what the federated objects say, and waits for it. `fedctl controller` does so all the time.",
  );
  await fedctl(stage, ["sync", ...onHost]);
  await lookAround(stage, [host, member]);

  say(`The deployment is to run in ${host} alone: its placement says so, and ${member} loses it.`);
  const placement = JSON.stringify({ spec: { placement: { clusters: [{ name: host }] } } });
  await runKubectl(stage, [
    ...["--context", host, "-n", "demo", "patch", "federateddeployment", "shop"],
    ...["--type", "merge", "-p", placement],
  ]);
  await fedctl(stage, ["sync", "deployments", ...onHost]);
  await runKubectl(stage, ["--context", member, "-n", "demo", "get", "deployments,services"]);

  say("And back.");
  const everywhere = JSON.stringify({ spec: { placement: { clusters: null, clusterSelector: {} } } });
  await runKubectl(stage, [
    ...["--context", host, "-n", "demo", "patch", "federateddeployment", "shop"],
    ...["--type", "merge", "-p", everywhere],
  ]);
  await fedctl(stage, ["sync", "deployments", ...onHost]);
  await lookAround(stage, [member]);
}

/** Clusters of somebody else's may not get the image: nothing is waited for there. */
async function lookAround(stage: Stage, contexts: readonly string[]): Promise<void> {
  for (const context of contexts) {
    const there = ["--context", context, "-n", "demo"];
    if (stage.isSimulated) await runKubectl(stage, [...there, "rollout", "status", "deployment/shop", "--timeout=60s"]);
    await runKubectl(stage, [...there, "get", "pods,services"]);
  }
}

async function leave(stage: Stage, ...more: readonly string[]): Promise<void> {
  const onHost = ["--host-cluster-context", stage.host];
  say(`${stage.member} leaves. Nothing of the federation stays there, nor of what it placed there.`);
  await fedctl(stage, ["unjoin", stage.member, "--workloads=delete", ...onHost, ...more]);
  await fedctl(stage, ["get", "clusters", ...onHost]);
  await runKubectl(stage, [
    "--context",
    stage.member,
    "get",
    "clusterroles,namespaces",
    "-o",
    "name",
    "--selector=app.kubernetes.io/managed-by=fedctl",
  ]);

  say("KubeFed itself goes.");
  await fedctl(stage, ["unjoin", stage.host, ...onHost, ...more]);
  await fedctl(stage, ["uninstall", ...onHost, "--instances=delete"]);
}

function say(text: string): void {
  const [on, off] = process.stdout.isTTY && !process.env["NO_COLOR"] ? ["\u001b[1m", "\u001b[0m"] : ["", ""];
  process.stdout.write(`\n${on}# ${text}${off}\n`);
}

async function fedctl(stage: Stage, args: readonly string[]): Promise<void> {
  await show(stage, { shown: "fedctl", command: process.execPath, args: [bin, ...args], shownArgs: args });
}

async function runKubectl(stage: Stage, args: readonly string[]): Promise<void> {
  await show(stage, { shown: "kubectl", command: stage.kubectl, args, shownArgs: args });
}

const shownFiles = new Map([
  [workload, "test/demo/workload.yaml"],
  [node, "test/demo/node.yaml"],
]);

interface Shown {
  readonly shown: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly shownArgs: readonly string[];
}

/** Prints the command as a person would type it, runs it, fails when it fails. */
async function show(stage: Stage, { shown, command, args, shownArgs }: Shown): Promise<void> {
  const typed = [
    shown,
    ...shownArgs.map((argument) => shownFiles.get(argument) ?? (/[{\s]/.test(argument) ? `'${argument}'` : argument)),
  ].join(" ");
  process.stdout.write(`\n$ ${typed}\n`);
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], env: stage.env });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  if (code !== 0) throw new Error(`exit code ${code ?? "none"}: ${typed}`);
}

async function capture(stage: Stage, args: readonly string[]): Promise<string> {
  const child = spawn(stage.kubectl, args, { stdio: ["ignore", "pipe", "inherit"], env: stage.env });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  if (code !== 0) throw new Error(`exit code ${code ?? "none"}: kubectl ${args.join(" ")}`);
  return out.trim();
}

try {
  await main();
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
