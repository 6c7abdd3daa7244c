import { hostAndPort } from "./endpoint.ts";
import { WireFailure, type FailureStage } from "./wire.ts";

interface SystemError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly reason?: string;
  readonly errors?: readonly unknown[];
}

const connectWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  ECONNRESET: "connect: connection reset by peer",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  EACCES: "connect: permission denied",
  EADDRNOTAVAIL: "connect: cannot assign requested address",
  ETIMEDOUT: "i/o timeout",
};

const lookupWords: Readonly<Record<string, string>> = {
  ENOTFOUND: "no such host",
  ENODATA: "no such host",
  EAI_AGAIN: "server misbehaving",
  EAI_FAIL: "server misbehaving",
};

const passingCodes: readonly string[] = ["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "EAI_AGAIN"];

/** A socket that could not be opened, as Go's net package says it: `dial tcp 10.0.0.1:6443: connect: connection refused`. */
export function dialFailure(error: unknown, host: string, port: number): WireFailure {
  const cause = firstOf(error);
  const code = cause.code ?? "";
  const passing = passingCodes.includes(code);
  const lookup = lookupWords[code];
  if (lookup !== undefined) {
    return new WireFailure(`dial tcp: lookup ${host}: ${lookup}`, { stage: "dial", passing, cause: error });
  }
  const address = hostAndPort(cause.address ?? host, cause.port ?? port);
  const words = connectWords[code] ?? cause.message;
  return new WireFailure(`dial tcp ${address}: ${words}`, { stage: "dial", passing, cause: error });
}

/** With several addresses Node reports every one; the last is what Go reports. */
function firstOf(error: unknown): SystemError {
  const system = asSystemError(error);
  const last = system.errors?.at(-1);
  return last === undefined ? system : asSystemError(last);
}

function asSystemError(error: unknown): SystemError {
  return error instanceof Error ? error : new Error(String(error));
}

const unknownAuthority = "x509: certificate signed by unknown authority";
const verifyWords: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  CERT_SIGNATURE_FAILURE: unknownAuthority,
  CERT_UNTRUSTED: unknownAuthority,
  INVALID_CA: "x509: invalid certificate authority",
  INVALID_PURPOSE: "x509: certificate specifies an incompatible key usage",
  CERT_HAS_EXPIRED: "x509: certificate has expired or is not yet valid",
  CERT_NOT_YET_VALID: "x509: certificate has expired or is not yet valid",
};

/** A TLS handshake that failed, as crypto/tls and crypto/x509 say it. */
export function tlsFailure(error: unknown): WireFailure {
  const cause = asSystemError(error);
  const code = cause.code ?? "";
  if (code === "ECONNRESET" || code === "EPIPE") {
    return new WireFailure("read: connection reset by peer", { stage: "dial", passing: true, cause });
  }
  return new WireFailure(tlsWords(code, cause), { stage: "dial", kind: "tls", cause });
}

function tlsWords(code: string, error: SystemError): string {
  const verify = verifyWords[code];
  if (verify !== undefined) return `tls: failed to verify certificate: ${verify}`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `tls: failed to verify certificate: ${error.message}`;
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG") {
    return "http: server gave HTTP response to HTTPS client";
  }
  return alertWords(code) ?? `tls: ${error.reason ?? error.message}`;
}

/** `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA` is the server's alert: `remote error: tls: unknown ca`. */
function alertWords(code: string): string | undefined {
  const alert = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13)_ALERT_(.+)$/.exec(code)?.[1];
  return alert === undefined ? undefined : `remote error: tls: ${alert.toLowerCase().replaceAll("_", " ")}`;
}

/** A connection that broke while a request was under way. */
export function brokenConnection(error: unknown, stage: Exclude<FailureStage, "dial">): WireFailure {
  const cause = error === undefined ? undefined : asSystemError(error);
  const code = cause?.code ?? "";
  if (alertWords(code) !== undefined)
    return new WireFailure(tlsWords(code, asSystemError(error)), { stage, kind: "tls", passing: false, cause });
  return new WireFailure(brokenWords(code), { stage, cause });
}

function brokenWords(code: string): string {
  if (code === "ECONNRESET") return "read: connection reset by peer";
  if (code === "EPIPE") return "write: broken pipe";
  return code.startsWith("ERR_HTTP2") ? "http2: client connection lost" : "unexpected EOF";
}
