import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createAuthority } from "../../cluster/certificates.ts";
import {
  adminEntry,
  authorityName,
  renderKubeconfig,
  tokenEntry,
  userEntry,
  writeKubeconfig,
} from "../../cluster/kubeconfig-file.ts";

const authority = createAuthority(authorityName("earth"));
const admin = authority.issue({ subject: { commonName: "admin" }, usage: "client" });
const earth = {
  name: "earth",
  server: "https://127.0.0.1:1",
  caPem: authority.certificatePem,
  caKeyPem: authority.keyPem,
  adminCertificatePem: admin.certificatePem,
  adminKeyPem: admin.keyPem,
};
const base64 = (text: string): string => Buffer.from(text).toString("base64");

test("a context for each entry, the first current", () => {
  const entries = [adminEntry(earth), { ...tokenEntry(earth, "t0"), name: "vulcan", namespace: "demo" }];
  const cluster = { server: earth.server, "certificate-authority-data": base64(earth.caPem) };
  expect(parse(renderKubeconfig(entries))).toEqual({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "earth", cluster },
      { name: "vulcan", cluster },
    ],
    users: [
      {
        name: "earth",
        user: {
          "client-certificate-data": base64(admin.certificatePem),
          "client-key-data": base64(admin.keyPem),
        },
      },
      { name: "vulcan", user: { token: "t0" } },
    ],
    contexts: [
      { name: "earth", context: { cluster: "earth", user: "earth" } },
      { name: "vulcan", context: { cluster: "vulcan", user: "vulcan", namespace: "demo" } },
    ],
    "current-context": "earth",
  });
});

test("a certificate user carries name and groups", () => {
  const { user } = userEntry(earth, { user: "jane", groups: ["dev"] });
  const pem = Buffer.from(String(user["client-certificate-data"]), "base64");
  expect(new X509Certificate(pem).subject.split("\n")).toEqual(["O=dev", "CN=jane"]);
});

test("only its owner can read a kubeconfig", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fedctl-kubeconfig-"));
  await writeKubeconfig(join(folder, "config"), [adminEntry(earth)]);
  expect((await stat(join(folder, "config"))).mode & 0o777).toBe(0o600);
  await rm(folder, { recursive: true });
});
