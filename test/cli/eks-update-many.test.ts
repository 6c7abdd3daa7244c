import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { parseResult } from "../support/fedctl.ts";
import { creating, eksBed, held } from "../support/iam/eks-bed.ts";
import { arnOfCluster } from "../support/iam/eks-server.ts";

const bed = eksBed();
const { clusters, update, one, written, contexts } = bed;
const shop = arnOfCluster({ name: "prod-shop", region: "eu-west-1" });
const bank = arnOfCluster({ name: "prod-bank", region: "eu-west-1" });

describe("several clusters", () => {
  beforeEach(() => {
    clusters.push(creating("prod-new", "eu-west-1"), held("dev", "eu-west-1"), held("prod-us", "us-east-1"));
  });

  test("--all takes every cluster of the region and leaves the current context", async () => {
    writeFileSync(bed.file, "current-context: other\n");
    const { code, stdout, stderr } = await update(["--all", "--namespace", "n"]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: [arnOfCluster({ name: "dev", region: "eu-west-1" }), bank, shop]
        .map((arn) => `Added new context ${arn} to ${bed.file}\n`)
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
    const second = join(bed.folder, "second");
    await update(["--name", "prod-bank"], { env: { KUBECONFIG: second } });
    const list = { KUBECONFIG: `${bed.file}:${second}` };
    const { stdout } = await update(["--match", "prod-[bs]*"], { env: list });
    expect(stdout).toBe(`Updated context ${bank} in ${second}\nAdded new context ${shop} to ${bed.file}\n`);
    const { stdout: plan } = await update(["--match", "prod-[bs]*", "--dry-run"], { env: list });
    expect(plan.split("\n").filter((line) => /^(---|#)/.test(line))).toEqual([`# ${second}`, "---", `# ${bed.file}`]);
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
    const before = bed.eks.answered.length;
    const { code, stdout, stderr } = await update(args);
    expect({ code, stdout, message: stderr.split("\n")[0] }).toEqual({
      code: 2,
      stdout: "",
      message: `error: ${message}`,
    });
    expect(bed.eks.answered).toHaveLength(before);
  });
});
