import { describe, expect, test } from "vitest";
import { memberConfig } from "../../../src/engine/member-config.ts";
import type { KubeFedCluster } from "../../../src/federation/kubefed-types.ts";

const spec = { apiEndpoint: "https://vulcan:6443", secretRef: { name: "vulcan-x" } };
const configOf = (more: Partial<KubeFedCluster["spec"]>) =>
  memberConfig({ metadata: { name: "vulcan" }, spec: { ...spec, ...more } });

describe("the address", () => {
  test.each([
    [{ apiEndpoint: "https://vulcan:6443/k8s/" }, "https://vulcan:6443/k8s"],
    [{ apiEndpoint: "http://10.0.0.1" }, "http://10.0.0.1"],
    [{ apiEndpoint: "vulcan:6443" }, "http://vulcan:6443"],
    [{ apiEndpoint: "vulcan:6443", caBundle: "Y2E=" }, "https://vulcan:6443"],
    [{ apiEndpoint: "10.0.0.1", disabledTLSValidations: ["*"] }, "https://10.0.0.1"],
  ])("%j is %s, as client-go completes it", (more, baseUrl) => {
    expect(configOf(more).baseUrl).toBe(baseUrl);
  });

  test.each([
    ["", "the api endpoint of cluster vulcan is empty"],
    ["ftp://vulcan", '"ftp://vulcan" is no address of an API server'],
    ["https://", '"https://" is no address of an API server'],
  ])('"%s" is refused', (apiEndpoint, reason) => {
    expect(() => configOf({ apiEndpoint })).toThrow(
      expect.objectContaining({
        code: "ClusterConfigMalformed",
        message: `cluster "vulcan" cannot be reached: ${reason}`,
        hint: "register it again: fedctl join vulcan --error-on-existing=false",
      }),
    );
  });
});

test("what verifies the server is the stored CA, or nothing where that is switched off", () => {
  expect(configOf({ caBundle: "Y2E=" }).tls).toEqual({
    caPem: Buffer.from("ca"),
    caFile: undefined,
    insecureSkipVerify: false,
    serverName: undefined,
    unchecked: { name: false, dates: false },
  });
  const off = configOf({ caBundle: "Y2E=", disabledTLSValidations: ["*"] }).tls;
  expect(off).toMatchObject({ caPem: undefined, insecureSkipVerify: true });
  const partly = configOf({ disabledTLSValidations: ["SubjectName", "ValidityPeriod"] }).tls;
  expect(partly).toMatchObject({ insecureSkipVerify: false, unchecked: { name: true, dates: true } });
});

test("a proxy is taken over; one that is none is refused and not repeated, since it may hold a password", () => {
  expect(configOf({ proxyURL: "" }).proxyUrl).toBeUndefined();
  expect(configOf({ proxyURL: "socks5://proxy:1080" }).proxyUrl).toBe("socks5://proxy:1080");
  const message = 'cluster "vulcan" cannot be reached: spec.proxyURL is no URL of an http, https or socks5 proxy';
  expect(() => configOf({ proxyURL: "ldap://me:secret@proxy" })).toThrow(expect.objectContaining({ message }));
});
