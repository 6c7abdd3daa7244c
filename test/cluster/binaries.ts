import { constants } from "node:fs";
import { access, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheKey, cacheRoot, goPlatform } from "./binary-cache.ts";
import { buildInto } from "./go-build.ts";
import type { GoTool } from "./go-build.ts";
import { createProgress } from "./progress-line.ts";
import type { ProgressLine } from "./progress-line.ts";
import { withBuildLock } from "./build-lock.ts";

/** File names of the programs, in the cache as in KUBEBUILDER_ASSETS. */
export type ComponentName =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kubectl"
  | "kwok"
  | "aws-iam-authenticator";

/** Paths of the programs; those of `extras` only when they were asked for. */
export interface Binaries {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler?: string | undefined;
  readonly kubectl?: string | undefined;
  readonly kwok?: string | undefined;
  readonly awsIamAuthenticator?: string | undefined;
}

export interface EnsureBinariesOptions {
  /** What is needed besides etcd, kube-apiserver and kube-controller-manager. */
  readonly extras?: readonly ("kube-scheduler" | "kubectl" | "kwok" | "aws-iam-authenticator")[];
  readonly progress?: ProgressLine;
  readonly signal?: AbortSignal | undefined;
  /** Default: the process's. */
  readonly env?: NodeJS.ProcessEnv;
}

const always: readonly ComponentName[] = ["etcd", "kube-apiserver", "kube-controller-manager"];
const goPackages: Readonly<Record<ComponentName, string>> = {
  etcd: "go.etcd.io/etcd/server/v3",
  "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
  "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
  "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
  kubectl: "k8s.io/kubernetes/cmd/kubectl",
  kwok: "sigs.k8s.io/kwok/cmd/kwok",
  "aws-iam-authenticator": "sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator",
};

/**
 * Finds the programs that clusters consist of: in KUBEBUILDER_ASSETS when that is set, else in the user's cache, where
 * they are built first if need be (once, whoever asks at the same time). Throws one error that names both ways out when
 * there is neither a program nor a Go to build it with.
 */
export async function ensureBinaries(options: EnsureBinariesOptions = {}): Promise<Binaries> {
  const { extras = [], env = process.env } = options;
  const assets = env["KUBEBUILDER_ASSETS"];
  const found = assets ? await findAssets(assets, [...always, ...extras]) : new Map<ComponentName, string>();
  const missing = [...always, ...extras].filter((name) => !found.has(name));
  const built = await ensureBuilt(missing, { ...options, env });
  const path = (name: ComponentName): string | undefined => found.get(name) ?? built.get(name);
  const required = (name: ComponentName): string => path(name) ?? fail(name);
  return {
    etcd: required("etcd"),
    kubeApiserver: required("kube-apiserver"),
    kubeControllerManager: required("kube-controller-manager"),
    kubeScheduler: path("kube-scheduler"),
    kubectl: path("kubectl"),
    kwok: path("kwok"),
    awsIamAuthenticator: path("aws-iam-authenticator"),
  };
}

function fail(name: string): never {
  throw new Error(`internal: ${name} was neither found nor built`);
}

/** The folder has to hold kube-apiserver and etcd, as envtest's does; whatever else it lacks is built. */
async function findAssets(folder: string, names: readonly ComponentName[]): Promise<Map<ComponentName, string>> {
  const found = new Map<ComponentName, string>();
  for (const name of names) {
    const path = join(folder, name);
    if (await isExecutable(path)) found.set(name, path);
  }
  const lacking = ["kube-apiserver", "etcd"].filter((name) => !found.has(name as ComponentName));
  if (lacking.length > 0) {
    throw new Error(
      `KUBEBUILDER_ASSETS (${folder}) holds no executable ${lacking.join(" and no ")}; ` +
        "name a folder with kube-apiserver, etcd and kube-controller-manager, or unset it to have them built with Go",
    );
  }
  return found;
}

interface GoModule {
  readonly folder: string;
  readonly members: readonly ComponentName[];
}

const modules: readonly GoModule[] = [
  {
    folder: fileURLToPath(new URL(".", import.meta.url)),
    members: ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"],
  },
  { folder: fileURLToPath(new URL("kwok/", import.meta.url)), members: ["kwok"] },
  {
    folder: fileURLToPath(new URL("aws-iam-authenticator/", import.meta.url)),
    members: ["aws-iam-authenticator"],
  },
];

type BuildOptions = EnsureBinariesOptions & { env: NodeJS.ProcessEnv };

async function ensureBuilt(
  names: readonly ComponentName[],
  options: BuildOptions,
): Promise<Map<ComponentName, string>> {
  const built = new Map<ComponentName, string>();
  for (const { folder, members } of modules) {
    const wanted = members.filter((name) => names.includes(name));
    if (wanted.length === 0) continue;
    const home = await ensureModuleBuilt(folder, wanted, options);
    for (const name of wanted) built.set(name, join(home, name));
  }
  return built;
}

/** Gives the folder of the cache that holds the wanted programs of a module. */
async function ensureModuleBuilt(
  moduleFolder: string,
  wanted: readonly ComponentName[],
  { env, signal, progress = createProgress(process.stderr) }: BuildOptions,
): Promise<string> {
  const goMod = await readFile(join(moduleFolder, "go.mod"), "utf8");
  const goSum = await readFile(join(moduleFolder, "go.sum"), "utf8");
  const flags = buildFlags(goMod);
  const platform = goPlatform(process.platform, process.arch);
  const home = join(cacheRoot(env, process.platform), cacheKey({ goMod, goSum, flags, platform }));
  if ((await findMissing(home, wanted)).length === 0) return home;
  await mkdir(home, { recursive: true });
  await withBuildLock({ path: `${home}.lock`, signal, progress }, async () => {
    // Whoever held the lock before may have built them.
    const missing = await findMissing(home, wanted);
    if (missing.length === 0) return;
    const tools = missing.map((name): GoTool => ({ name, goPackage: goPackages[name] }));
    await buildInto(home, { moduleFolder, tools, flags, platform, env, signal, progress });
  });
  return home;
}

/** The flags of `go build`. The version is what servers report as their own; unset it would be v0.0.0. */
export function buildFlags(goMod: string): string[] {
  const version = /^\s*k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/m.exec(goMod);
  const path = "k8s.io/component-base/version";
  const stamps = version
    ? [
        `-X ${path}.gitVersion=${version[1] ?? ""}`,
        `-X ${path}.gitMajor=${version[2] ?? ""}`,
        `-X ${path}.gitMinor=${version[3] ?? ""}`,
      ]
    : [];
  return ["-mod=readonly", "-trimpath", "-ldflags", ["-s -w", ...stamps].join(" ")];
}

async function findMissing(folder: string, names: readonly ComponentName[]): Promise<ComponentName[]> {
  const missing: ComponentName[] = [];
  for (const name of names) if (!(await isExecutable(join(folder, name)))) missing.push(name);
  return missing;
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
