import { describe, expect, test } from "vitest";
import { doubtReach } from "../../../../src/federation/join/endpoint-reach.ts";

const publicHost = "https://203.0.113.7:6443";
const namedHost = "https://abc.gr7.eu-west-1.eks.amazonaws.com";

describe("an endpoint that a controller elsewhere may not reach", () => {
  test.each([
    ["https://127.0.0.1:6443", "is a loopback address"],
    ["https://127.8.0.1", "is a loopback address"],
    ["https://localhost:6443", "is a loopback address"],
    ["https://api.localhost", "is a loopback address"],
    ["https://[::1]:6443", "is a loopback address"],
    ["https://[::ffff:127.0.0.1]:6443", "is a loopback address"],
    ["https://0.0.0.0:6443", "is no address to connect to, but one to listen on"],
    ["https://[::]:6443", "is no address to connect to, but one to listen on"],
    ["https://169.254.10.1", "is a link-local address"],
    ["https://[fe80::1]", "is a link-local address"],
    ["https://host.docker.internal:6443", "is a name that containers of one computer alone know"],
    ["https://kubernetes.docker.internal:6443", "is a name that containers of one computer alone know"],
    ["https://control-plane.minikube.internal:8443", "is a name that containers of one computer alone know"],
    ["https://vulcan-control-plane:6443", "is a name without a domain, such as containers of one computer have"],
    ["https://kubernetes.default.svc", "is a name that each cluster knows for itself"],
    ["https://kubernetes.default.svc.cluster.local", "is a name that each cluster knows for itself"],
    ["https://macbook.local:6443", "is a name of a local network"],
  ])("%s %s (B-JN13)", (url, what) => {
    expect(doubtReach(url, namedHost)).toEqual({ what, isLoopback: what === "is a loopback address" });
  });

  test.each([
    "https://api.example.com:6443",
    "https://localhost.example.com",
    "https://203.0.113.9",
    "https://1.127.0.1",
    "https://[2001:db8::1]:6443",
    "https://ip-10-0-0-1.ec2.internal",
  ])("%s is none", (url) => {
    expect(doubtReach(url, publicHost)).toBeUndefined();
  });

  test("a private address is one beside a host at a public address alone", () => {
    for (const url of ["https://10.0.0.1:6443", "https://172.18.0.3", "https://192.168.1.4", "https://[fd00::1]"]) {
      expect(doubtReach(url, publicHost)?.what).toBe("is a private address, while the host is at a public one");
      expect(doubtReach(url, namedHost)).toBeUndefined();
      expect(doubtReach(url, "https://10.9.9.9")).toBeUndefined();
      expect(doubtReach(url, "https://127.0.0.1:6443")).toBeUndefined();
    }
  });
});
