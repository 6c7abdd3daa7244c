import type { Command } from "commander";
import type { AddClusterOptions } from "../../eks/update-kubeconfig.ts";
import type { EksOptions } from "../../eks/eks-connection.ts";
import type { AddManyOptions } from "../../eks/update-many.ts";
import type { SaveOptions } from "../../kubeconfig/save-cluster-entries.ts";
import { usageOf } from "../command-line.ts";
import type { Deps } from "../deps.ts";
import { given } from "../shared-options.ts";
import { type AwsFlags, awsOptions } from "./aws-flags.ts";

export interface UpdateFlags extends AwsFlags {
  readonly name?: string;
  readonly kubeconfig?: string;
  readonly roleArn?: string;
  readonly assumeRoleArn?: string;
  readonly proxyUrl?: string;
  readonly alias?: string;
  readonly userAlias?: string;
  readonly clusterAlias?: string;
  readonly namespace?: string;
  readonly exec?: "aws" | "fedctl";
  readonly setCurrent: boolean;
  readonly overwrite?: boolean;
  readonly verbose?: boolean;
  readonly dryRun?: boolean;
  readonly all?: boolean;
  readonly match?: string;
  readonly regions?: string;
  readonly wait?: boolean;
  readonly timeout?: number;
}

const defaultWaitMs = 1_200_000;

interface Save {
  readonly save: Pick<SaveOptions, "explicitPath" | "setCurrent" | "overwrite" | "dryRun">;
}

/** What a command line asks for. */
export type Update = Save &
  (
    | { readonly kind: "one"; readonly options: AddClusterOptions }
    | { readonly kind: "many"; readonly options: AddManyOptions }
  );

/** @throws FedctlError Usage */
export async function readUpdate(flags: UpdateFlags, deps: Deps, command: Command): Promise<Update> {
  const wrong = contradiction(flags);
  if (wrong !== undefined) throw usageOf(command)(wrong);
  const texts = await paramTexts(flags, deps);
  const common = await commonOptions(flags, texts, deps);
  const { overwrite = false, dryRun = false } = flags;
  const save = { explicitPath: texts.kubeconfig, overwrite, dryRun };
  if (isMany(flags)) {
    const options = { ...common, regions: regionsOf(flags), pattern: given(flags.match) };
    return { kind: "many", options, save: { ...save, setCurrent: false } };
  }
  const aliases = {
    alias: given(texts.alias),
    userAlias: given(texts.userAlias),
    clusterAlias: given(flags.clusterAlias),
  };
  const options = { ...common, ...aliases, cluster: texts.name ?? "" };
  return { kind: "one", options, save: { ...save, setCurrent: flags.setCurrent } };
}

type CommonOptions = EksOptions & Omit<AddManyOptions, "regions" | "pattern">;

async function commonOptions(flags: UpdateFlags, texts: Texts, deps: Deps): Promise<CommonOptions> {
  return {
    ...awsOptions(flags),
    endpointUrl: given(flags.endpointUrl),
    assumeRoleArn: given(texts.assumeRoleArn),
    // Empty ones are written, as aws writes them.
    roleArn: texts.roleArn,
    proxyUrl: texts.proxyUrl,
    namespace: given(flags.namespace),
    exec: flags.exec ?? (await defaultExec(deps)),
    waitMs: flags.wait === true ? (flags.timeout ?? defaultWaitMs) : undefined,
  };
}

/** What kubectl is to run where nothing says so. */
export async function defaultExec(deps: Pick<Deps, "env" | "cwd">): Promise<"aws" | "fedctl"> {
  const { isOnPath } = await import("../../kubeconfig/program-on-path.ts");
  return (await isOnPath("fedctl", deps)) ? "fedctl" : "aws";
}

function regionsOf({ regions }: UpdateFlags): readonly string[] | undefined {
  const named = (regions ?? "").split(",").map((region) => region.trim());
  const distinct = [...new Set(named.filter((region) => region !== ""))];
  return distinct.length === 0 ? undefined : distinct;
}

function isMany({ all, match }: UpdateFlags): boolean {
  return all === true || given(match) !== undefined;
}

function contradiction(flags: UpdateFlags): string | undefined {
  if (flags.timeout !== undefined && flags.wait !== true) {
    return "--timeout is the limit of --wait, which is not given; that of a single request is --request-timeout";
  }
  if (!isMany(flags)) {
    if (flags.name === undefined) return "--name is needed, or --all, or --match";
    if (flags.name === "") return "--name must not be empty";
    return given(flags.regions) === undefined ? undefined : "--regions needs --all or --match";
  }
  if (given(flags.region) !== undefined && given(flags.regions) !== undefined) {
    return "--region and --regions exclude each other";
  }
  const single = (["name", "alias", "userAlias", "clusterAlias"] as const).find((key) => flags[key] !== undefined);
  if (single === undefined) return undefined;
  const option = single.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
  return `--${option} is for one cluster; --all and --match are for several`;
}

const readable = ["name", "kubeconfig", "roleArn", "assumeRoleArn", "proxyUrl", "alias", "userAlias"] as const;

type Texts = Pick<UpdateFlags, (typeof readable)[number]>;

/** The options of aws with files read where these are named instead of texts. */
async function paramTexts(flags: UpdateFlags, deps: Deps): Promise<Texts> {
  const texts: Texts = flags;
  if (!readable.some((key) => /^fileb?:\/\//.test(texts[key] ?? ""))) return texts;
  const { readParamFile } = await import("./param-file.ts");
  const read = await Promise.all(
    readable.map(async (key) => [key, await readParamFile(key, texts[key], deps)] as const),
  );
  return Object.fromEntries(read.filter(([, text]) => text !== undefined));
}
