import { describe, expect, test } from "vitest";
import { parseEndpoint } from "../../../src/kube/internal/endpoint.ts";
import { chooseProxy } from "../../../src/kube/internal/proxy-choice.ts";

const proxy = { scheme: "http", host: "proxy.example", port: 3128, user: undefined } as const;
const env = { HTTPS_PROXY: "http://proxy.example:3128" };
const choose = (server: string, environment: Record<string, string>, proxyUrl?: string): unknown =>
  chooseProxy(parseEndpoint(server), proxyUrl, environment);

describe("a proxy of the environment", () => {
  test.each([
    ["https://api.example:6443", env],
    ["https://api.example:6443", { https_proxy: "http://proxy.example:3128" }],
    ["https://api.example:6443", { HTTPS_PROXY: "proxy.example:3128" }],
    ["http://api.example", { HTTP_PROXY: "http://proxy.example:3128" }],
    ["https://10.0.0.1", env],
    ["https://api.example:6443", { ...env, NO_PROXY: "other.example, xample, .api.example" }],
    ["https://api.example:6443", { ...env, NO_PROXY: "api.example:443" }],
    ["https://10.0.0.1", { ...env, NO_PROXY: "10.0.0.2,10.1.0.0/16,10.0.0.1:80,10.0.0.0/99" }],
  ])("is taken for %s with %j", (server, environment) => {
    expect(choose(server, environment)).toEqual(proxy);
  });

  test.each([
    ["https://api.example:6443", {}],
    ["https://api.example:6443", { HTTPS_PROXY: "" }],
    ["https://api.example:6443", { HTTP_PROXY: "http://proxy.example:3128" }],
    ["http://api.example", env],
    ["https://localhost:6443", env],
    ["https://127.0.0.1:6443", env],
    ["https://127.8.8.8:6443", env],
    ["https://[::1]:6443", env],
    ["https://api.example:6443", { ...env, NO_PROXY: "*" }],
    ["https://api.example:6443", { ...env, no_proxy: "example" }],
    ["https://api.example:6443", { ...env, NO_PROXY: "API.example" }],
    ["https://api.example:6443", { ...env, NO_PROXY: ".example" }],
    ["https://api.example:6443", { ...env, NO_PROXY: "*.example" }],
    ["https://api.example:6443", { ...env, NO_PROXY: "a, api.example:6443 ,b" }],
    ["https://10.0.0.1", { ...env, NO_PROXY: "10.0.0.1" }],
    ["https://10.0.0.1:6443", { ...env, NO_PROXY: "10.0.0.1:6443" }],
    ["https://10.0.3.1", { ...env, NO_PROXY: "10.0.0.0/16" }],
    ["https://[fd00::1]:6443", { ...env, NO_PROXY: "fd00::/8" }],
    ["https://[fd00::1]:6443", { ...env, NO_PROXY: "[fd00:0::1]:6443" }],
    ["https://[fd00::1]:6443", { ...env, NO_PROXY: "fd00::1" }],
  ])("is not taken for %s with %j", (server, environment) => {
    expect(choose(server, environment)).toBeUndefined();
  });

  test("of nonsense is refused without repeating it", () => {
    expect(() => choose("https://api.example", { HTTPS_PROXY: "ftp://user:secret@proxy" })).toThrow(
      "invalid proxy address: it must be a URL of scheme http, https or socks5",
    );
  });
});

describe("a kubeconfig's proxy-url", () => {
  test.each([
    ["http://proxy.example", { scheme: "http", host: "proxy.example", port: 80 }],
    ["https://proxy.example", { scheme: "https", host: "proxy.example", port: 443 }],
    ["socks5://[fd00::1]", { scheme: "socks5", host: "fd00::1", port: 1080 }],
  ])("%s", (proxyUrl, expected) => {
    expect(choose("https://localhost", { NO_PROXY: "*" }, proxyUrl)).toEqual({ ...expected, user: undefined });
  });

  test("has its user decoded", () => {
    expect(choose("https://a", {}, "http://us%40er:p%3Aw@proxy.example:1")).toMatchObject({
      user: { name: "us@er", password: "p:w" },
    });
    expect(choose("https://a", {}, "http://100%:x@proxy.example:1")).toMatchObject({
      user: { name: "100%", password: "x" },
    });
  });
});

test.each([
  ["https://10.0.0.1:6443", { host: "10.0.0.1", port: 6443, authority: "10.0.0.1:6443", prefix: "", secure: true }],
  [
    "https://rancher.example/k8s/clusters/c-1/",
    { port: 443, authority: "rancher.example", prefix: "/k8s/clusters/c-1" },
  ],
  ["http://[fd00::1]:80", { host: "fd00::1", port: 80, origin: "http://[fd00::1]", secure: false }],
])("the parts of %s", (server, expected) => {
  expect(parseEndpoint(server)).toMatchObject(expected);
});
