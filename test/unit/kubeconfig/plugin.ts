import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { env, execPath } from "node:process";
import { createExecRunner } from "../../../src/kubeconfig/exec-credential.ts";
import type { ExecHost, ExecRequest, ExecRunner } from "../../../src/kubeconfig/exec-credential.ts";
import type { ExecConfig } from "../../../src/kubeconfig/types.ts";
import { tempFolder } from "./temp-folder.ts";

export const v1 = "client.authentication.k8s.io/v1";
export const v1beta1 = "client.authentication.k8s.io/v1beta1";

/** An exec section that runs `script` (an ES module) with this Node. */
export async function pluginConfig(script: string, changes: Partial<ExecConfig> = {}): Promise<ExecConfig> {
  const folder = await tempFolder();
  const file = join(folder, "plugin.mjs");
  await writeFile(file, script);
  return {
    command: execPath,
    args: [file],
    env: [],
    apiVersion: v1,
    installHint: "",
    provideClusterInfo: false,
    interactiveMode: "Never",
    ...changes,
  };
}

/** A script that answers with this status, or with this text as it is. */
export function answering(status: unknown, apiVersion = v1): string {
  const text = typeof status === "string" ? status : JSON.stringify({ apiVersion, kind: "ExecCredential", status });
  return `console.log(${JSON.stringify(text)});`;
}

/** A script whose token is an expression of JavaScript. */
export function tokenOf(expression: string): string {
  return `console.log(JSON.stringify({ apiVersion: "${v1}", kind: "ExecCredential", status: { token: String(${expression}) } }));`;
}

export function request(exec: ExecConfig, changes: Partial<ExecRequest> = {}): ExecRequest {
  return { exec, clusterExtension: null, cluster: undefined, ...changes };
}

export const never = new AbortController().signal;

/** A runner in a process without a terminal whose stderr is `stderr`. */
export function runner(changes: Partial<ExecHost> = {}): ExecRunner {
  const folders = { PATH: env["PATH"] };
  return createExecRunner({ env: folders, cwd: "/", stderr: () => undefined, stdinIsTerminal: false, ...changes });
}
