import { join } from "node:path";
import { startEks } from "../support/iam/eks-server.ts";
import type { Row } from "./bench.ts";
import { type CommandLine, measure, type Run, summarise } from "./measure.ts";

const alice = { name: "alice", accessKey: "AKIAALICE", secretKey: "secret-of-alice" };
const shop = { name: "shop", region: "eu-west-1", endpoint: "https://shop.eks.example", caPem: "CA" };

export interface UpdateBench {
  readonly folder: string;
  readonly runs: number;
  /** fedctl with these arguments. */
  readonly fedctl: (...args: readonly string[]) => CommandLine;
  /** The AWS CLI, if there is one to compare with. */
  readonly aws: string | undefined;
}

/** `eks update-kubeconfig` against an EKS on loopback, in turns with bare node and, where it is at hand, the AWS CLI. */
export async function updateKubeconfigRow({ folder, runs, fedctl, aws }: UpdateBench): Promise<Row> {
  await using eks = await startEks({ users: [alice], clusters: [shop] });
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    AWS_ACCESS_KEY_ID: alice.accessKey,
    AWS_SECRET_ACCESS_KEY: alice.secretKey,
    AWS_ENDPOINT_URL_EKS: eks.endpoint,
    AWS_REGION: shop.region,
    AWS_DEFAULT_REGION: shop.region,
  };
  const argsFor = (file: string): string[] => ["eks", "update-kubeconfig", "--name", "shop", "--kubeconfig", file];
  const [bare, own, reference]: [Run[], Run[], Run[]] = [[], [], []];
  for (let run = 0; run < runs * 2; run += 1) {
    bare.push(await measure({ command: process.execPath, args: ["-e", "0"], env }));
    own.push(await measure({ ...fedctl(...argsFor(join(folder, "by-fedctl"))), env }));
    if (aws !== undefined) reference.push(await measure({ command: aws, args: argsFor(join(folder, "by-aws")), env }));
  }
  const [ours, theirs] = [summarise(own), reference.length === 0 ? undefined : summarise(reference)];
  return {
    what: "eks update-kubeconfig",
    fedctl: ours,
    bare: summarise(bare),
    reference: theirs,
    reach: theirs === undefined ? "<= 1/3 of aws: not measured" : "<= 1/3 of aws",
    reached: theirs === undefined || ours.seconds.median * 3 <= theirs.seconds.median,
  };
}
