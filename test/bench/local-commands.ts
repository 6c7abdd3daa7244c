import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Row } from "./bench.ts";
import { measure, type Run, summarise } from "./measure.ts";
import type { UpdateBench } from "./update-kubeconfig.ts";

const bareNode = { command: process.execPath, args: ["-e", "0"] };

/** `eks get-token` as kubectl runs it at each call: static keys, no network. In turns with bare node and, where it is at hand, the AWS CLI. */
export async function getTokenRow({ folder, runs, fedctl, aws }: UpdateBench): Promise<Row> {
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    AWS_ACCESS_KEY_ID: "AKIAALICE",
    AWS_SECRET_ACCESS_KEY: "secret-of-alice",
  };
  // What update-kubeconfig writes.
  const args = ["--region", "eu-west-1", "eks", "get-token", "--cluster-name", "shop", "--output", "json"];
  const [bare, own, reference]: [Run[], Run[], Run[]] = [[], [], []];
  for (let run = 0; run < runs * 6; run += 1) {
    bare.push(await measure({ ...bareNode, env }));
    own.push(await measure({ ...fedctl(...args), env }));
    if (aws !== undefined && run % 3 === 0) reference.push(await measure({ command: aws, args, env }));
  }
  const [ours, limit] = [summarise(own), summarise(bare)];
  return {
    what: "eks get-token, static keys",
    fedctl: ours,
    bare: limit,
    reference: reference.length === 0 ? undefined : summarise(reference),
    reach: "<= 1.3 x bare node",
    reached: ours.seconds.median <= 1.3 * limit.seconds.median,
  };
}

const contexts = 5_000;
const limitSeconds = 0.5;

/** `config get-contexts` over a kubeconfig of 5 MB, as years of `update-kubeconfig` leave it. */
export async function getContextsRow({ folder, runs, fedctl }: UpdateBench): Promise<Row> {
  const file = join(folder, "5000-contexts");
  writeFileSync(file, bigKubeconfig());
  const env = { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: file };
  const [bare, own]: [Run[], Run[]] = [[], []];
  for (let run = 0; run < runs * 2; run += 1) {
    bare.push(await measure({ ...bareNode, env }));
    own.push(await measure({ ...fedctl("config", "get-contexts"), env }));
  }
  const ours = summarise(own);
  return {
    what: `config get-contexts of ${contexts} in 5 MB`,
    fedctl: ours,
    bare: summarise(bare),
    reach: `<= ${limitSeconds} s`,
    reached: ours.seconds.median <= limitSeconds,
  };
}

function bigKubeconfig(): string {
  const authority = Buffer.alloc(280, "certificate").toString("base64");
  const numbers = Array.from({ length: contexts }, (_, index) => index);
  const arn = (index: number): string => `arn:aws:eks:eu-west-1:123456789012:cluster/shop-${index}`;
  const clusters = numbers.map(
    (index) =>
      `- cluster:\n    certificate-authority-data: ${authority}\n    server: https://${index}.gr7.eu-west-1.eks.amazonaws.com\n  name: ${arn(index)}\n`,
  );
  const entries = numbers.map(
    (index) => `- context:\n    cluster: ${arn(index)}\n    user: ${arn(index)}\n  name: shop-${index}\n`,
  );
  const users = numbers.map((index) => `- name: ${arn(index)}\n  user:\n    exec:\n${execOf(index)}`);
  return [
    "apiVersion: v1\nclusters:\n",
    ...clusters,
    "contexts:\n",
    ...entries,
    "current-context: shop-0\nkind: Config\npreferences: {}\nusers:\n",
    ...users,
  ].join("");
}

function execOf(index: number): string {
  const args = ["--region", "eu-west-1", "eks", "get-token", "--cluster-name", `shop-${index}`, "--output", "json"];
  const lines = [
    "apiVersion: client.authentication.k8s.io/v1beta1",
    "args:",
    ...args.map((arg) => `- ${arg}`),
    "command: aws",
  ];
  return lines.map((line) => `      ${line}\n`).join("");
}
