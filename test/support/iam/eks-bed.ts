import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { parseKubeconfig } from "../../../src/kubeconfig/parse.ts";
import type { RawConfig } from "../../../src/kubeconfig/types.ts";
import { type CliOptions, type CliResult, runFedctl } from "../fedctl.ts";
import { type EksServer, type HeldCluster, startEks } from "./eks-server.ts";

/** The user that may ask the EKS of a bed. */
export const alice = { name: "alice", accessKey: "AKIAALICE", secretKey: "secret-of-alice" };

export function held(name: string, region: string, more: Partial<HeldCluster> = {}): HeldCluster {
  return { name, region, endpoint: `https://${name}.${region}.eks.example`, caPem: "CA", ...more };
}

/** One that EKS is still making has no address. */
export function creating(name: string, region: string): HeldCluster {
  return { name, region, status: "CREATING" };
}

/** An EKS with two clusters in eu-west-1, and for each test a folder with a kubeconfig to write. */
export interface EksBed {
  readonly eks: EksServer;
  readonly folder: string;
  readonly file: string;
  /** As EKS has them at the moment. */
  readonly clusters: HeldCluster[];
  /** `fedctl eks update-kubeconfig` as alice. */
  readonly update: (args: readonly string[], options?: CliOptions) => Promise<CliResult>;
  /** The same for the cluster `prod-shop`. */
  readonly one: (...args: readonly string[]) => Promise<CliResult>;
  readonly written: () => RawConfig;
  readonly contexts: () => readonly string[];
}

/** Comes up and goes down with the tests of the file that asks for it. */
export function eksBed(): EksBed {
  const clusters: HeldCluster[] = [];
  const state: { eks?: EksServer; folder: string } = { folder: "" };
  beforeAll(async () => {
    const users = [alice];
    state.eks = await startEks({ users, clusters, pageSize: 2, forbidden: ["ap-east-1"], undescribed: ["secret"] });
  });
  afterAll(() => state.eks?.[Symbol.asyncDispose]());
  beforeEach(() => {
    state.folder = mkdtempSync(join(tmpdir(), "fedctl-eks-"));
    clusters.splice(0, Infinity, held("prod-shop", "eu-west-1"), held("prod-bank", "eu-west-1"));
  });
  afterEach(() => {
    rmSync(state.folder, { recursive: true, force: true });
  });
  const eks = (): EksServer => {
    if (state.eks === undefined) throw new Error("EKS runs while tests do");
    return state.eks;
  };
  const file = (): string => join(state.folder, "config");
  const update: EksBed["update"] = (args, { env, ...options } = {}) => {
    const all = {
      AWS_ACCESS_KEY_ID: alice.accessKey,
      AWS_SECRET_ACCESS_KEY: alice.secretKey,
      AWS_ENDPOINT_URL_EKS: eks().endpoint,
      AWS_REGION: "eu-west-1",
      KUBECONFIG: file(),
      PATH: "/usr/bin:/bin",
      ...env,
    };
    return runFedctl(["eks", "update-kubeconfig", ...args], { ...options, env: all });
  };
  const written = (): RawConfig => parseKubeconfig(readFileSync(file(), "utf8"), file());
  return {
    get eks() {
      return eks();
    },
    get folder() {
      return state.folder;
    },
    get file() {
      return file();
    },
    clusters,
    update,
    one: (...args) => update(["--name", "prod-shop", ...args]),
    written,
    contexts: () => [...written().contexts.keys()],
  };
}
