import { expect, test } from "vitest";
import { brokenConnection, dialFailure, tlsFailure } from "../../../src/kube/internal/go-words.ts";

const systemError = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`node's words`), { code, ...more });

test.each([
  [
    systemError("ECONNREFUSED", { address: "10.0.0.1", port: 6443 }),
    "dial tcp 10.0.0.1:6443: connect: connection refused",
  ],
  [systemError("ECONNREFUSED", { address: "::1", port: 6443 }), "dial tcp [::1]:6443: connect: connection refused"],
  [systemError("ENOTFOUND"), "dial tcp: lookup api.example: no such host"],
  [systemError("EAI_AGAIN"), "dial tcp: lookup api.example: server misbehaving"],
  [systemError("ETIMEDOUT"), "dial tcp api.example:6443: i/o timeout"],
  [systemError("EHOSTUNREACH"), "dial tcp api.example:6443: connect: no route to host"],
  [systemError("EWHATEVER"), "dial tcp api.example:6443: node's words"],
])("dialling, %s", (error, words) => {
  expect(dialFailure(error, "api.example", 6443)).toMatchObject({ stage: "dial", kind: "network", message: words });
});

test("of several addresses the last is named", () => {
  const errors = ["::1", "127.0.0.1"].map((address) => systemError("ECONNREFUSED", { address, port: 6443 }));
  const all = Object.assign(new AggregateError(errors), { code: "ECONNREFUSED" });
  expect(dialFailure(all, "localhost", 6443).message).toBe("dial tcp 127.0.0.1:6443: connect: connection refused");
});

test.each([
  [
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
  ],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls: failed to verify certificate: x509: certificate signed by unknown authority"],
  ["CERT_HAS_EXPIRED", "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "tls: failed to verify certificate: node's words"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "http: server gave HTTP response to HTTPS client"],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "remote error: tls: unknown ca"],
  ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "remote error: tls: handshake failure"],
  ["ERR_SSL_WHATEVER", "tls: node's words"],
])("the handshake, %s", (code, words) => {
  expect(tlsFailure(systemError(code))).toMatchObject({ stage: "dial", kind: "tls", passing: false, message: words });
});

test("a handshake that is cut off is a matter of the network", () => {
  expect(tlsFailure(systemError("ECONNRESET"))).toMatchObject({ kind: "network", passing: true });
});

test.each([
  ["ECONNRESET", "read: connection reset by peer"],
  ["EPIPE", "write: broken pipe"],
  ["ERR_HTTP2_SESSION_ERROR", "http2: client connection lost"],
  ["", "unexpected EOF"],
])("a connection that breaks, %j", (code, words) => {
  expect(brokenConnection(systemError(code), "lost")).toMatchObject({ stage: "lost", passing: true, message: words });
});

test("a client certificate that the server refuses after the handshake", () => {
  expect(brokenConnection(systemError("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"), "lost")).toMatchObject({
    kind: "tls",
    passing: false,
    message: "remote error: tls: certificate required",
  });
});
