import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { ensureBinaries } from "./binaries.ts";
import { ComponentDied, startComponent, waitUntil } from "./component.ts";
import type { Component } from "./component.ts";
import { saysPortIsTaken, withFreePorts } from "./ports.ts";

export interface AuthenticatorOptions {
  /** Its own folder; made here. */
  readonly folder: string;
  /** The name of the EKS cluster that tokens have to be for. */
  readonly clusterName: string;
  /** Who may log in, and as what. */
  readonly users: readonly { readonly arn: string; readonly username: string; readonly groups: readonly string[] }[];
  /** How it reaches STS. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Authenticator extends AsyncDisposable {
  /** What the API server is started with to ask it. */
  readonly apiServerArgs: readonly string[];
  readonly logPath: string;
}

/** Starts aws-iam-authenticator, which ends with this process. Start it before the clusters that ask it. */
export async function startAuthenticator(options: AuthenticatorOptions): Promise<Authenticator> {
  const { awsIamAuthenticator } = await ensureBinaries({ extras: ["aws-iam-authenticator"] });
  if (awsIamAuthenticator === undefined) throw new Error("aws-iam-authenticator was neither found nor built");
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const isClash = (error: unknown): boolean => error instanceof ComponentDied && saysPortIsTaken(error.log);
  return await withFreePorts({ count: 1, isClash }, async ([port = 0]) => {
    const component = await start(awsIamAuthenticator, port, options);
    try {
      return await whenReady(component, options.folder);
    } catch (error) {
      await component.stop();
      throw error;
    }
  });
}

async function start(
  command: string,
  port: number,
  { folder, clusterName, users, env }: AuthenticatorOptions,
): Promise<Component> {
  const config = join(folder, "config.yaml");
  const mapUsers = users.map(({ arn, ...user }) => ({ userARN: arn, ...user }));
  await writeFile(config, stringify({ clusterID: clusterName, server: { mapUsers } }));
  const args = [
    "server",
    `--config=${config}`,
    `--port=${port}`,
    `--state-dir=${folder}`,
    `--generate-kubeconfig=${webhookFile(folder)}`,
  ];
  return await startComponent({
    name: "aws-iam-authenticator",
    cluster: clusterName,
    command,
    args,
    folder,
    logDir: folder,
    // It asks EC2 for its region, and takes no answer for an answer.
    env: { AWS_EC2_METADATA_DISABLED: "true", ...env },
  });
}

async function whenReady(component: Component, folder: string): Promise<Authenticator> {
  const isWritten = (): Promise<boolean> =>
    access(webhookFile(folder)).then(
      () => true,
      () => false,
    );
  await waitUntil(isWritten, { what: "aws-iam-authenticator", components: [component], signal: undefined });
  return {
    apiServerArgs: [
      `--authentication-token-webhook-config-file=${webhookFile(folder)}`,
      // Each request is asked about; a token that was good a moment ago proves nothing here.
      "--authentication-token-webhook-cache-ttl=0s",
    ],
    logPath: component.logPath,
    [Symbol.asyncDispose]: component.stop,
  };
}

function webhookFile(folder: string): string {
  return join(folder, "webhook.kubeconfig");
}
