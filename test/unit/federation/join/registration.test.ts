import { describe, expect, test } from "vitest";
import { planJoin } from "../../../../src/federation/join/plan.ts";
import { completeRegistration } from "../../../../src/federation/join/registration.ts";
import { config, facts, plan, request } from "./facts.ts";

const specOf = (more: Parameters<typeof config>[0]) =>
  planJoin(facts(), request({}, config(more))).registration.object.spec;

describe("the registration's spec", () => {
  test.each([
    ["https://ABCDEF.gr7.eu-west-1.EKS.amazonaws.com", "https://abcdef.gr7.eu-west-1.eks.amazonaws.com"],
    ["HTTPS://Vulcan:6443/Path/", "https://vulcan:6443/Path/"],
    ["https://vulcan/", "https://vulcan/"],
    ["https://[2001:DB8::1]:6443", "https://[2001:db8::1]:6443"],
  ])("has the endpoint %s as %s", (server, apiEndpoint) => {
    expect(specOf({ server })).toMatchObject({ apiEndpoint });
  });

  test("has the CA of the kubeconfig, of a file or not (B-JN7)", () => {
    const caPem = Buffer.from("-----BEGIN CERTIFICATE-----\nfile\n");
    expect(specOf({ tls: { caPem, caFile: "/etc/ca.crt" } }).caBundle).toBe(caPem.toString("base64"));
  });

  test("has the CA of the token where the kubeconfig has none", () => {
    const { registration } = planJoin(facts(), request({}, config({ tls: { caPem: undefined } })));
    expect(registration.object.spec).not.toHaveProperty("caBundle");
    const complete = completeRegistration(registration, "Y2E=", undefined);
    expect(complete).toMatchObject({ action: "create", object: { spec: { caBundle: "Y2E=" } } });
    expect(plan().awaitsAuthority).toBe(false);
  });

  test("switches every check off for insecure-skip-tls-verify, and none otherwise", () => {
    expect(specOf({ tls: { insecureSkipVerify: true } }).disabledTLSValidations).toEqual(["*"]);
    expect(specOf({})).not.toHaveProperty("disabledTLSValidations");
  });

  test("has the proxy, or an empty string", () => {
    expect(specOf({ proxyUrl: "http://proxy:3128" }).proxyURL).toBe("http://proxy:3128");
    expect(specOf({}).proxyURL).toBe("");
  });
});

describe("warnings", () => {
  const warningsFor = (more: Parameters<typeof config>[0]): string[] =>
    planJoin(facts(), request({}, config(more))).warnings.map(({ code }) => code);

  test.each(["https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:6443", "https://127.8.0.1"])(
    "%s is a loopback address (B-JN13)",
    (server) => {
      expect(warningsFor({ server })).toEqual(["LoopbackEndpoint"]);
    },
  );

  test.each(["https://10.0.0.1:6443", "https://localhost.example.com", "https://1.127.0.1"])("%s is none", (server) => {
    expect(warningsFor({ server })).toEqual([]);
  });

  test("a proxy that KubeFed does not use (B-JN9)", () => {
    const proxyUrl = "http://proxy:3128";
    expect(warningsFor({ proxyUrl, tls: { insecureSkipVerify: true } })).toEqual(["ProxyIgnored"]);
    expect(warningsFor({ proxyUrl })).toEqual([]);
  });
});
