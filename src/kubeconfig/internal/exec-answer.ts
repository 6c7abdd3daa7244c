import type { ExecCredential } from "../exec-credential.ts";
import { ExecFailure } from "./exec-failure.ts";
import { openStruct } from "./go-decode.ts";
import type { Fields } from "./go-decode.ts";
import { parseGoTime } from "./go-time.ts";
import { keyPairError } from "./pem.ts";
import { TextError } from "./text-error.ts";
import { readTypeMeta } from "./type-meta.ts";
import { parseYamlDocument } from "./yaml-document.ts";

const group = "client.authentication.k8s.io";
const knownVersions = [`${group}/v1`, `${group}/v1beta1`];

/** Reads what a plugin wrote to stdout: one ExecCredential as JSON or YAML. @throws ExecFailure in client-go's words */
export function readExecAnswer(stdout: string, apiVersion: string): ExecCredential {
  const status = decode(stdout, apiVersion);
  if (status === undefined) throw new ExecFailure("exec plugin didn't return a status field");
  const { token, certificate, key, expiresAtMs } = status;
  if (token === "" && certificate === "" && key === "") {
    throw new ExecFailure("exec plugin didn't return a token or cert/key pair");
  }
  if ((certificate === "") !== (key === "")) {
    throw new ExecFailure("exec plugin returned only certificate or key, not both");
  }
  if (certificate === "") return { token, keyPair: undefined, expiresAtMs };
  const keyPair = { certPem: Buffer.from(certificate), keyPem: Buffer.from(key) };
  const error = keyPairError(keyPair);
  if (error !== undefined) throw new ExecFailure(`failed parsing client key/certificate: ${error}`);
  return { token, keyPair, expiresAtMs };
}

interface Status {
  readonly token: string;
  readonly certificate: string;
  readonly key: string;
  readonly expiresAtMs: number | undefined;
}

function decode(stdout: string, apiVersion: string): Status | undefined {
  try {
    const document = parseAnswer(stdout);
    const returned = versionOf(document);
    const status = openStruct(document, "v1.ExecCredential", { struct: "ExecCredential", path: "" }).optionalStruct(
      "status",
      "v1.ExecCredentialStatus",
      decodeStatus,
    );
    if (returned !== apiVersion) {
      throw new ExecFailure(
        `exec plugin is configured to use API version ${apiVersion}, plugin returned version ${returned}`,
      );
    }
    return status;
  } catch (error) {
    if (error instanceof TextError) throw new ExecFailure(`decoding stdout: ${error.message}`);
    throw error;
  }
}

function decodeStatus(status: Fields): Status {
  const certificate = status.string("clientCertificateData");
  const key = status.string("clientKeyData");
  const expiry = status.raw("expirationTimestamp") === null ? undefined : status.string("expirationTimestamp");
  return {
    certificate,
    key,
    token: status.string("token"),
    expiresAtMs: expiry === undefined ? undefined : parseGoTime(expiry),
  };
}

/** JSON may hold escapes that YAML 1.1 does not know, and what starts as JSON must be JSON. */
function parseAnswer(stdout: string): unknown {
  try {
    return stdout.trimStart().startsWith("{") ? toMaps(JSON.parse(stdout)) : parseYamlDocument(stdout);
  } catch (error) {
    // The answer may hold a token, so no piece of it is repeated; JSON.parse would show one.
    if (error instanceof SyntaxError) throw undecodable("the text is not valid JSON");
    if (error instanceof TextError) throw undecodable(error.message);
    throw error;
  }
}

function undecodable(why: string): TextError {
  return new TextError(`couldn't get version/kind; json parse error: ${why}`);
}

function toMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toMaps);
  if (typeof value !== "object" || value === null) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, toMaps(item)]));
}

/** What is absent counts as client-go's internal version, which no plugin can be configured to use. */
function versionOf(document: unknown): string {
  const { apiVersion, kind } = readTypeMeta(document);
  const unknown =
    (kind !== "" && kind !== "ExecCredential") || (apiVersion !== "" && !knownVersions.includes(apiVersion));
  if (!unknown) return apiVersion === "" ? `${group}/__internal` : apiVersion;
  throw new TextError(`no kind "${kind === "" ? "ExecCredential" : kind}" is registered for version "${apiVersion}"`);
}
