import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseKubeconfig } from "../../src/kubeconfig/parse.ts";
import type { RawConfig } from "../../src/kubeconfig/types.ts";
import { type CliOptions, type CliResult, parseResult, runFedctl } from "../support/fedctl.ts";
import { arnOfCluster, type EksServer, type HeldCluster, startEks } from "../support/iam/eks-server.ts";

const alice = { name: "alice", accessKey: "AKIAALICE", secretKey: "secret-of-alice" };
const held = (name: string, region: string, more: Partial<HeldCluster> = {}): HeldCluster => ({
  name,
  region,
  endpoint: `https://${name}.${region}.eks.example`,
  caPem: "CA",
  ...more,
});
const creating = { status: "CREATING", endpoint: undefined } as unknown as Partial<HeldCluster>;
const shop = arnOfCluster({ name: "prod-shop", region: "eu-west-1" });
const bank = arnOfCluster({ name: "prod-bank", region: "eu-west-1" });

let eks: EksServer;
/** As EKS has them at the moment. */
const clusters: HeldCluster[] = [];
let folder = "";
let file = "";

beforeAll(async () => {
  eks = await startEks({ users: [alice], clusters, pageSize: 2, forbidden: ["ap-east-1"], undescribed: ["secret"] });
});
afterAll(() => eks[Symbol.asyncDispose]());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fedctl-eks-update-"));
  file = join(folder, "config");
  clusters.splice(0, Infinity, held("prod-shop", "eu-west-1"), held("prod-bank", "eu-west-1"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function update(args: readonly string[], { env, ...options }: CliOptions = {}): Promise<CliResult> {
  const all = {
    AWS_ACCESS_KEY_ID: alice.accessKey,
    AWS_SECRET_ACCESS_KEY: alice.secretKey,
    AWS_ENDPOINT_URL_EKS: eks.endpoint,
    AWS_REGION: "eu-west-1",
    KUBECONFIG: file,
    PATH: "/usr/bin:/bin",
    ...env,
  };
  return runFedctl(["eks", "update-kubeconfig", ...args], { ...options, env: all });
}

const one = (...args: readonly string[]): Promise<CliResult> => update(["--name", "prod-shop", ...args]);
const written = (): RawConfig => parseKubeconfig(readFileSync(file, "utf8"), file);
const contexts = (): readonly string[] => [...written().contexts.keys()];

describe("the program that kubectl runs", () => {
  const command = (): string | undefined => written().users.get(shop)?.exec?.command;

  test("is aws where kubectl would not find fedctl", async () => {
    expect(await one()).toEqual({ code: 0, stderr: "", stdout: `Added new context ${shop} to ${file}\n` });
    expect(command()).toBe("aws");
  });

  test("is fedctl where it is on PATH", async () => {
    symlinkSync("/bin/true", join(folder, "fedctl"));
    await one("--exec", "");
    expect(command()).toBe("aws");
    await update(["--name", "prod-shop"], { env: { PATH: `/usr/bin:/bin:${folder}` } });
    expect(command()).toBe("fedctl");
    await update(["--name", "prod-shop", "--exec=aws"], { env: { PATH: `/usr/bin:/bin:${folder}` } });
    expect(command()).toBe("aws");
  });

  test("can be chosen, and gets the same arguments", async () => {
    await one("--exec=fedctl", "--role-arn", "arn:aws:iam::1:role/dev");
    const { args } = written().users.get(shop)?.exec ?? {};
    expect(command()).toBe("fedctl");
    expect(args?.join(" ")).toBe(
      "--region eu-west-1 eks get-token --cluster-name prod-shop --output json --role arn:aws:iam::1:role/dev",
    );
  });
});

describe("beyond aws", () => {
  test("names, the namespace, and the current context that stays", async () => {
    writeFileSync(file, "# mine\ncurrent-context: other\n");
    const result = await one(
      "--cluster-alias",
      "c",
      "--user-alias",
      "u",
      "--alias",
      "a",
      "--namespace",
      "n",
      "--no-set-current",
    );
    expect(result).toEqual({ code: 0, stderr: "", stdout: `Added new context a to ${file}\n` });
    expect(readFileSync(file, "utf8")).toMatch(/^# mine\ncurrent-context: other\n/);
    expect(written().contexts.get("a")).toMatchObject({ cluster: "c", user: "u", namespace: "n" });
    expect(written().clusters.get("c")).toMatchObject({ server: "https://prod-shop.eu-west-1.eks.example" });
  });

  test("a second run keeps namespace and env, and changes nothing else", async () => {
    const keys = `aws_access_key_id = ${alice.accessKey}\naws_secret_access_key = ${alice.secretKey}\n`;
    writeFileSync(join(folder, "aws"), `[profile p]\n${keys}`);
    const env = { AWS_CONFIG_FILE: join(folder, "aws") };
    await update(["--name", "prod-shop", "--namespace", "n", "--profile", "p", "--alias", "a"], { env });
    expect(written().users.get(shop)?.exec?.env).toEqual([{ name: "AWS_PROFILE", value: "p" }]);
    const text = readFileSync(file, "utf8");
    expect(await one("--alias", "a")).toMatchObject({ code: 0, stdout: `Updated context a in ${file}\n` });
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("another cluster's context is refused, and taken over with --overwrite", async () => {
    await one("--alias", "prod");
    const text = readFileSync(file, "utf8");
    const other = ["--name", "prod-bank", "--alias", "prod"];
    expect(await update(other)).toEqual({
      code: 7,
      stdout: "",
      stderr: [
        `error: context prod in ${file} belongs to cluster ${shop}`,
        "hint: choose another name with --alias, or take it over with --overwrite",
        "",
      ].join("\n"),
    });
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(await update([...other, "--overwrite"])).toMatchObject({ code: 0, stderr: "" });
    expect(written().contexts.get("prod")?.cluster).toBe(bank);
  });

  test("--dry-run prints the file without anybody's token, and writes nothing", async () => {
    const text = "users: # of mine\n- name: me\n  user: {token: sekret}\n";
    writeFileSync(file, text);
    const { code, stdout } = await one("--dry-run");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^users:\n- name: me\n {2}user:\n {4}token: REDACTED\n- name: arn:aws/);
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(parseResult(await one("--dry-run", "--json"))).toMatchObject({
      status: "Planned",
      kind: "UpdateKubeconfigResult",
    });
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("--json tells what became of the cluster", async () => {
    const row = {
      name: "prod-shop",
      region: "eu-west-1",
      arn: shop,
      context: "a",
      cluster: shop,
      user: shop,
      kubeconfig: file,
    };
    const run = async (): Promise<Record<string, unknown>> => parseResult(await one("--json", "--alias", "a"));
    expect(await run()).toEqual({
      apiVersion: "fedctl/v1",
      kind: "UpdateKubeconfigResult",
      status: "Succeeded",
      changes: [],
      warnings: [],
      clusters: [{ ...row, outcome: "added", reason: null }],
      error: null,
    });
    expect(await run()).toMatchObject({ clusters: [{ ...row, outcome: "unchanged" }] });
  });

  test("a file that kubectl refuses for something else in it is written to, with a warning", async () => {
    writeFileSync(file, "users:\n- name: me\n  user: {token: yes}\n");
    const { code, stderr } = await one();
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^warning: kubectl does not read this kubeconfig: .*AuthInfo\.users\.user\.token of type string\n$/,
    );
  });
});

describe("clusters that are being created", () => {
  test("are refused", async () => {
    clusters[0] = held("prod-shop", "eu-west-1", creating);
    expect(await one()).toMatchObject({
      code: 7,
      stderr: `error: EKS cluster prod-shop (${shop}) has status CREATING\nhint: wait for it with --wait\n`,
    });
  });

  test("are waited for with --wait", async () => {
    clusters[0] = held("prod-shop", "eu-west-1", creating);
    const before = eks.answered.length;
    const result = one("--wait");
    while (eks.answered.length < before + 2) await new Promise((resolve) => setTimeout(resolve, 50));
    clusters[0] = held("prod-shop", "eu-west-1");
    expect(await result).toMatchObject({ code: 0, stderr: "" });
    expect(contexts()).toEqual([shop]);
  });

  test("are waited for no longer than --timeout", async () => {
    clusters[0] = held("prod-shop", "eu-west-1", creating);
    const { code, stderr } = await one("--wait", "--timeout", "1500ms");
    expect(code).toBe(5);
    expect(stderr).toContain("error: EKS cluster prod-shop in eu-west-1 has status CREATING after 1.5 s\n");
  });

  test("are waited for until Ctrl-C", async () => {
    clusters[0] = held("prod-shop", "eu-west-1", creating);
    const before = eks.answered.length;
    const result = await update(["--name", "prod-shop", "--wait"], {
      onStart: (child) => {
        const poll = setInterval(() => {
          if (eks.answered.length === before) return;
          clearInterval(poll);
          child.kill("SIGINT");
        }, 20);
      },
    });
    expect(result).toMatchObject({ code: 130, stdout: "" });
  });

  test("that fail end the waiting", async () => {
    clusters[0] = held("prod-shop", "eu-west-1", { status: "FAILED" });
    expect(await one("--wait")).toMatchObject({
      code: 7,
      stderr: expect.stringContaining("has status FAILED") as string,
    });
  });
});

describe("several clusters", () => {
  beforeEach(() => {
    clusters.push(held("prod-new", "eu-west-1", creating), held("dev", "eu-west-1"), held("prod-us", "us-east-1"));
  });

  test("--all takes every cluster of the region and leaves the current context", async () => {
    writeFileSync(file, "current-context: other\n");
    const { code, stdout, stderr } = await update(["--all", "--namespace", "n"]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: [arnOfCluster({ name: "dev", region: "eu-west-1" }), bank, shop]
        .map((arn) => `Added new context ${arn} to ${file}\n`)
        .join(""),
    });
    expect(stderr).toMatch(/^warning: skipped: EKS cluster prod-new \(.*\) has status CREATING\n$/);
    expect(written().currentContext).toBe("other");
    expect(written().contexts.get(bank)?.namespace).toBe("n");
  });

  test("--match takes those that fit, also of several regions", async () => {
    const { code } = await update(["--match", "prod-[!n]*", "--regions", "eu-west-1, us-east-1,eu-west-1"]);
    expect(code).toBe(0);
    expect(contexts()).toEqual([bank, shop, arnOfCluster({ name: "prod-us", region: "us-east-1" })]);
  });

  test("one that fails keeps no other out: exit 4, and each is told", async () => {
    clusters.push(held("secret", "us-east-1"));
    await one("--alias", bank);
    const result = await update(["--all", "--regions", "us-east-1,ap-east-1", "--json"]);
    expect(result.code).toBe(4);
    expect(parseResult(result)).toMatchObject({
      status: "PartlyFailed",
      clusters: [
        { name: "prod-us", outcome: "added" },
        { name: "secret", region: "us-east-1", outcome: "failed" },
        { name: "", region: "ap-east-1", outcome: "failed" },
      ],
      error: { code: "PartlyFailed", exitCode: 4 },
    });
  });

  test("a region without one that fits is told, and no failure", async () => {
    expect(await update(["--match", "nope-*"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "warning: no EKS cluster in the region fits nope-*\n",
    });
  });

  test("go each to the file that has them", async () => {
    const second = join(folder, "second");
    await update(["--name", "prod-bank"], { env: { KUBECONFIG: second } });
    const list = { KUBECONFIG: `${file}:${second}` };
    const { stdout } = await update(["--match", "prod-[bs]*"], { env: list });
    expect(stdout).toBe(`Updated context ${bank} in ${second}\nAdded new context ${shop} to ${file}\n`);
    const { stdout: plan } = await update(["--match", "prod-[bs]*", "--dry-run"], { env: list });
    expect(plan.split("\n").filter((line) => /^(---|#)/.test(line))).toEqual([`# ${second}`, "---", `# ${file}`]);
  });
});

describe("command lines that are refused before anything is asked", () => {
  test.each([
    [[], "--name is needed, or --all, or --match"],
    [["--name", ""], "--name must not be empty"],
    [["--all", "--name", "a"], "--name is for one cluster; --all and --match are for several"],
    [["--match", "a*", "--user-alias", "a"], "--user-alias is for one cluster; --all and --match are for several"],
    [["--name", "a", "--regions", "b"], "--regions needs --all or --match"],
    [["--all", "--regions", "b", "--region", "c"], "--region and --regions exclude each other"],
    [["--name", "a", "--a", "b"], "ambiguous option: --a could match --alias, --assume-role-arn"],
    [["--name", "file://nowhere"], "--name: cannot read nowhere: ENOENT: no such file or directory"],
  ])("%j", async (args, message) => {
    const before = eks.answered.length;
    const { code, stdout, stderr } = await update(args);
    expect({ code, stdout, message: stderr.split("\n")[0] }).toEqual({
      code: 2,
      stdout: "",
      message: `error: ${message}`,
    });
    expect(eks.answered).toHaveLength(before);
  });
});

test("values come from files, found as a shell would find them", async () => {
  writeFileSync(join(folder, "alias"), "from-file");
  expect(
    await update(["--name", "prod-shop", "--alias", "file://$WHERE/alias"], { env: { WHERE: folder } }),
  ).toMatchObject({
    stdout: `Added new context from-file to ${file}\n`,
  });
});

test("a file of another encoding is left as it is", async () => {
  const bytes = Buffer.from([0x23, 0x20, 0xff, 0x0a]);
  writeFileSync(file, bytes);
  chmodSync(file, 0o600);
  expect(await one()).toMatchObject({ code: 1, stderr: expect.stringContaining("yaml: invalid UTF-8") as string });
  expect(readFileSync(file)).toEqual(bytes);
});
