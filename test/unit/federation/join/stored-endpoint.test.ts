import { describe, expect, test } from "vitest";
import { connectionFor, storedEndpoint } from "../../../../src/federation/join/stored-endpoint.ts";
import type { MemberSource } from "../../../../src/federation/join/options.ts";
import { config } from "./facts.ts";

const of = (
  more: { apiEndpoint?: string; caPem?: string; source?: MemberSource },
  settings: Parameters<typeof config>[0] = {},
) => storedEndpoint({ clusterName: "vulcan", ...more }, config(settings));

describe("--api-endpoint", () => {
  test.each([
    ["https://API.Example.com:6443/k8s/", "https://api.example.com:6443/k8s/", "https://api.example.com:6443/k8s"],
    ["http://10.0.0.1", "http://10.0.0.1", "http://10.0.0.1"],
  ])("%s is stored as %s", (apiEndpoint, stored, baseUrl) => {
    expect(of({ apiEndpoint })).toMatchObject({ apiEndpoint: stored, baseUrl });
  });

  test.each([
    "api.example.com:6443",
    "ftp://api.example.com",
    "https://",
    "https://me:secret@api.example.com",
    "https://a/?x=1",
    "https://a/#b",
    "https://a:99999",
  ])("%s is refused, and no password repeated", (apiEndpoint) => {
    expect(() => of({ apiEndpoint })).toThrow(
      expect.objectContaining({
        code: "Usage",
        exitCode: 2,
        message: expect.not.stringContaining("secret") as string,
        hint: expect.not.stringContaining("secret") as string,
      }),
    );
  });

  test("stands in for an address that needs tls-server-name, which is refused otherwise (B-JN8)", () => {
    const settings = { tls: { serverName: "kubernetes.example.com" } };
    expect(() => of({}, settings)).toThrow(
      expect.objectContaining({
        code: "ClusterUnsupported",
        exitCode: 7,
        hint: expect.stringContaining("--api-endpoint https://kubernetes.example.com:6443") as string,
      }),
    );
    const { apiEndpoint } = of({ apiEndpoint: "https://kubernetes.example.com" }, settings);
    expect(apiEndpoint).toBe("https://kubernetes.example.com");
  });
});

test("--ca-file goes before the kubeconfig's CA, and before insecure-skip-tls-verify", () => {
  expect(of({ caPem: "mine" }).caPem?.toString()).toBe("mine");
  const insecure = { tls: { caPem: undefined, insecureSkipVerify: true } };
  expect(of({}, insecure)).toMatchObject({ skipsVerification: true, awaitsAuthority: true });
  expect(of({ caPem: "mine" }, insecure)).toMatchObject({ skipsVerification: false, awaitsAuthority: false });
});

describe("what EKS tells of a cluster", () => {
  const source = { apiEndpoint: "https://ABC.gr7.eu-west-1.eks.amazonaws.com", caPem: "theirs", flags: [] };

  test("goes before the context, the host in lower case", () => {
    const tunnel = { server: "https://127.0.0.1:8443", tls: { serverName: "abc", insecureSkipVerify: true } };
    const stored = of({ source }, tunnel);
    expect(stored).toMatchObject({
      apiEndpoint: "https://abc.gr7.eu-west-1.eks.amazonaws.com",
      baseUrl: "https://abc.gr7.eu-west-1.eks.amazonaws.com",
      skipsVerification: false,
    });
    expect(stored.caPem?.toString()).toBe("theirs");
  });

  test("stands behind what was given outright", () => {
    const stored = of({ source, apiEndpoint: "https://front.example.com", caPem: "mine" });
    expect(stored.apiEndpoint).toBe("https://front.example.com");
    expect(stored.caPem?.toString()).toBe("mine");
  });

  test("may be without a CA", () => {
    expect(of({ source: { ...source, caPem: undefined } }).caPem).toBe(of({}).caPem);
  });
});

test("a connection with what is stored has nothing else of the kubeconfig", () => {
  const settings = {
    proxyUrl: "http://proxy:3128",
    tls: { serverName: "other" },
    credentials: { kind: "static", bearerToken: "t" },
    impersonation: { user: "me", uid: "", groups: [], extra: new Map() },
  } as const;
  const stored = of({ apiEndpoint: "https://api.example.com", caPem: "mine" }, settings);
  expect(connectionFor(stored, config(settings))).toMatchObject({
    baseUrl: "https://api.example.com",
    proxyUrl: "http://proxy:3128",
    tls: { caPem: Buffer.from("mine"), caFile: undefined, insecureSkipVerify: false, serverName: undefined },
    credentials: { kind: "anonymous" },
    impersonation: undefined,
  });
});
