import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseSections, readAwsFiles } from "../../../src/eks/profile-files.ts";

test("sections, comments, nested values, both signs, CRLF", () => {
  const text =
    "\ufeff# c\r\n[default]\r\nRegion = us-east-1\r\n; c\r\nkey: a=b # kept\r\ns3 =\r\n  endpoint_url = http://x\r\nlast=1\r\n";
  expect([...(parseSections(text).get("default") ?? [])]).toEqual([
    ["region", "us-east-1"],
    ["key", "a=b # kept"],
    ["s3", ""],
    ["s3.endpoint_url", "http://x"],
    ["last", "1"],
  ]);
});

test("files are where the environment says, and the credentials file has the say", () => {
  const folder = mkdtempSync(join(tmpdir(), "fedctl-aws-files-"));
  try {
    writeFileSync(
      join(folder, "c"),
      '[profile "my dev"]\nregion = r\naws_access_key_id = old\n[services s]\neks =\n  endpoint_url = u\n',
    );
    writeFileSync(join(folder, "k"), "[my dev]\naws_access_key_id = new\n");
    const env = { HOME: folder, AWS_CONFIG_FILE: "~/c", AWS_SHARED_CREDENTIALS_FILE: join(folder, "k") };
    const files = readAwsFiles(env);
    expect([...(files.profiles.get("my dev") ?? [])]).toEqual([
      ["region", "r"],
      ["aws_access_key_id", "new"],
    ]);
    expect(files.services.get("s")?.get("eks.endpoint_url")).toBe("u");
    expect(files.profiles.has("default")).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
