import { chmodSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseResult } from "../support/fedctl.ts";
import { alice, creating, eksBed, held } from "../support/iam/eks-bed.ts";
import { arnOfCluster } from "../support/iam/eks-server.ts";

const bed = eksBed();
const { clusters, update, one, written, contexts } = bed;
const shop = arnOfCluster({ name: "prod-shop", region: "eu-west-1" });
const bank = arnOfCluster({ name: "prod-bank", region: "eu-west-1" });

describe("the program that kubectl runs", () => {
  const command = (): string | undefined => written().users.get(shop)?.exec?.command;

  test("is aws where kubectl would not find fedctl", async () => {
    expect(await one()).toEqual({ code: 0, stderr: "", stdout: `Added new context ${shop} to ${bed.file}\n` });
    expect(command()).toBe("aws");
  });

  test("is fedctl where it is on PATH", async () => {
    symlinkSync("/bin/true", join(bed.folder, "fedctl"));
    await one("--exec", "");
    expect(command()).toBe("aws");
    await update(["--name", "prod-shop"], { env: { PATH: `/usr/bin:/bin:${bed.folder}` } });
    expect(command()).toBe("fedctl");
    await update(["--name", "prod-shop", "--exec=aws"], { env: { PATH: `/usr/bin:/bin:${bed.folder}` } });
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
    writeFileSync(bed.file, "# mine\ncurrent-context: other\n");
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
    expect(result).toEqual({ code: 0, stderr: "", stdout: `Added new context a to ${bed.file}\n` });
    expect(readFileSync(bed.file, "utf8")).toMatch(/^# mine\ncurrent-context: other\n/);
    expect(written().contexts.get("a")).toMatchObject({ cluster: "c", user: "u", namespace: "n" });
    expect(written().clusters.get("c")).toMatchObject({ server: "https://prod-shop.eu-west-1.eks.example" });
  });

  test("a second run keeps namespace and env, and changes nothing else", async () => {
    const keys = `aws_access_key_id = ${alice.accessKey}\naws_secret_access_key = ${alice.secretKey}\n`;
    writeFileSync(join(bed.folder, "aws"), `[profile p]\n${keys}`);
    const env = { AWS_CONFIG_FILE: join(bed.folder, "aws") };
    await update(["--name", "prod-shop", "--namespace", "n", "--profile", "p", "--alias", "a"], { env });
    expect(written().users.get(shop)?.exec?.env).toEqual([{ name: "AWS_PROFILE", value: "p" }]);
    const text = readFileSync(bed.file, "utf8");
    expect(await one("--alias", "a")).toMatchObject({ code: 0, stdout: `Updated context a in ${bed.file}\n` });
    expect(readFileSync(bed.file, "utf8")).toBe(text);
  });

  test("another cluster's context is refused, and taken over with --overwrite", async () => {
    await one("--alias", "prod");
    const text = readFileSync(bed.file, "utf8");
    const other = ["--name", "prod-bank", "--alias", "prod"];
    expect(await update(other)).toEqual({
      code: 7,
      stdout: "",
      stderr: [
        `error: context prod in ${bed.file} belongs to cluster ${shop}`,
        "hint: choose another name with --alias, or take it over with --overwrite",
        "",
      ].join("\n"),
    });
    expect(readFileSync(bed.file, "utf8")).toBe(text);
    expect(await update([...other, "--overwrite"])).toMatchObject({ code: 0, stderr: "" });
    expect(written().contexts.get("prod")?.cluster).toBe(bank);
  });

  test("--dry-run prints the file without anybody's token, and writes nothing", async () => {
    const text = "users: # of mine\n- name: me\n  user: {token: sekret}\n";
    writeFileSync(bed.file, text);
    const { code, stdout } = await one("--dry-run");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^users:\n- name: me\n {2}user:\n {4}token: REDACTED\n- name: arn:aws/);
    expect(readFileSync(bed.file, "utf8")).toBe(text);
    expect(parseResult(await one("--dry-run", "--json"))).toMatchObject({
      status: "Planned",
      kind: "UpdateKubeconfigResult",
    });
    expect(readFileSync(bed.file, "utf8")).toBe(text);
  });

  test("who may not describe the cluster is told which of the two roles is for that", async () => {
    const { code, stderr } = await update(["--name", "secret", "--role-arn", "arn:aws:iam::1:role/dev"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: cannot describe EKS cluster secret in eu-west-1: AccessDeniedException: .*\n/);
    expect(stderr).toContain(
      "hint: the role of --role-arn is for tokens alone; to ask EKS as a role, give --assume-role-arn, too\n",
    );
  });

  test("-v 6 shows each request, and no key", async () => {
    const { stderr } = await one("-v", "6");
    expect(stderr).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/clusters\/prod-shop 200 \d+ ms\n$/);
  });

  test("--json tells what became of the cluster", async () => {
    const row = {
      name: "prod-shop",
      region: "eu-west-1",
      arn: shop,
      context: "a",
      cluster: shop,
      user: shop,
      kubeconfig: bed.file,
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
    writeFileSync(bed.file, "users:\n- name: me\n  user: {token: yes}\n");
    const { code, stderr } = await one();
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^warning: kubectl does not read this kubeconfig: .*AuthInfo\.users\.user\.token of type string\n$/,
    );
  });
});

describe("clusters that are being created", () => {
  test("are refused", async () => {
    clusters[0] = creating("prod-shop", "eu-west-1");
    expect(await one()).toMatchObject({
      code: 7,
      stderr: `error: EKS cluster prod-shop (${shop}) has status CREATING\nhint: wait for it with --wait\n`,
    });
  });

  test("are waited for with --wait", async () => {
    clusters[0] = creating("prod-shop", "eu-west-1");
    const before = bed.eks.answered.length;
    const result = one("--wait");
    while (bed.eks.answered.length < before + 2) await new Promise((resolve) => setTimeout(resolve, 50));
    clusters[0] = held("prod-shop", "eu-west-1");
    expect(await result).toMatchObject({ code: 0, stderr: "" });
    expect(contexts()).toEqual([shop]);
  });

  test("are waited for no longer than --timeout", async () => {
    clusters[0] = creating("prod-shop", "eu-west-1");
    const { code, stderr } = await one("--wait", "--timeout", "1500ms");
    expect(code).toBe(5);
    expect(stderr).toContain("error: EKS cluster prod-shop in eu-west-1 has status CREATING after 1.5 s\n");
  });

  test("are not waited for with --timeout alone", async () => {
    const before = bed.eks.answered.length;
    expect(await one("--timeout", "1m")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("error: --timeout is the limit of --wait, which is not given") as string,
    });
    expect(bed.eks.answered.length).toBe(before);
  });

  test("are waited for until Ctrl-C", async () => {
    clusters[0] = creating("prod-shop", "eu-west-1");
    const before = bed.eks.answered.length;
    const result = await update(["--name", "prod-shop", "--wait"], {
      onStart: (child) => {
        const poll = setInterval(() => {
          if (bed.eks.answered.length === before) return;
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

test("a file that another program is writing is not taken for one without clusters", async () => {
  const second = join(bed.folder, "second");
  const list = { KUBECONFIG: `${bed.file}:${second}` };
  await update(["--name", "prod-shop"], { env: { KUBECONFIG: second } });
  const text = readFileSync(second, "utf8");
  // As kubectl does: locked, emptied, written.
  writeFileSync(`${second}.lock`, "");
  writeFileSync(second, "");
  setTimeout(() => {
    writeFileSync(second, text);
    rmSync(`${second}.lock`);
  }, 600);
  const { stdout } = await update(["--name", "prod-shop"], { env: list });
  expect(stdout).toBe(`Updated context ${shop} in ${second}\n`);
});

test("values come from files, found as a shell would find them", async () => {
  writeFileSync(join(bed.folder, "alias"), "from-file");
  expect(
    await update(["--name", "prod-shop", "--alias", "file://$WHERE/alias"], { env: { WHERE: bed.folder } }),
  ).toMatchObject({
    stdout: `Added new context from-file to ${bed.file}\n`,
  });
});

test("a file of another encoding is left as it is", async () => {
  const bytes = Buffer.from([0x23, 0x20, 0xff, 0x0a]);
  writeFileSync(bed.file, bytes);
  chmodSync(bed.file, 0o600);
  expect(await one()).toMatchObject({ code: 1, stderr: expect.stringContaining("yaml: invalid UTF-8") as string });
  expect(readFileSync(bed.file)).toEqual(bytes);
});
