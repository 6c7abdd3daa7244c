import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export interface SignedGet {
  /** The URL as it came, so that its encoding is judged too. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

export interface Signer {
  readonly accessKey: string;
  /** Of the credential: whom the request is meant for. */
  readonly region: string;
  readonly service: string;
}

type Secrets = Readonly<Record<string, string>>;

/** The access key that signed the query of this request, or undefined when the signature is not the one its key yields. */
export function verifyPresigned({ url, headers }: SignedGet, secrets: Secrets): string | undefined {
  const query = url.searchParams;
  const parameter = (name: string): string => query.get(`X-Amz-${name}`) ?? "";
  const claim = {
    credential: parameter("Credential"),
    date: parameter("Date"),
    names: parameter("SignedHeaders").split(";"),
    signature: parameter("Signature"),
  };
  return verify({ url, headers }, claim, secrets)?.accessKey;
}

/** Who signed the headers of this request, as {@link verifyPresigned} does for its query. */
export function verifySigned({ url, headers }: SignedGet, secrets: Secrets): Signer | undefined {
  const { authorization = "" } = headers;
  const [, credential = "", names = "", signature = ""] =
    /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(authorization) ?? [];
  const claim = { credential, date: String(headers["x-amz-date"] ?? ""), names: names.split(";"), signature };
  return verify({ url, headers }, claim, secrets);
}

interface Claim {
  readonly credential: string;
  readonly date: string;
  readonly names: readonly string[];
  readonly signature: string;
}

function verify({ url, headers }: SignedGet, claim: Claim, secrets: Secrets): Signer | undefined {
  const [accessKey = "", ...scope] = claim.credential.split("/");
  const [, region = "", service = ""] = scope;
  const secret = secrets[accessKey];
  if (secret === undefined || !claim.names.includes("host")) return undefined;
  const request = [
    "GET",
    // All services but S3 have the path encoded twice.
    url.pathname.split("/").map(encode).join("/"),
    canonicalQuery(url.searchParams),
    ...claim.names.map((name) => `${name}:${String(headers[name] ?? "").trim()}`),
    "",
    claim.names.join(";"),
    sha256(""),
  ].join("\n");
  const text = ["AWS4-HMAC-SHA256", claim.date, scope.join("/"), sha256(request)].join("\n");
  const key = scope.reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
  const given = Buffer.from(claim.signature, "hex");
  const wanted = hmac(key, text);
  const isRight = given.length === wanted.length && timingSafeEqual(given, wanted);
  return isRight ? { accessKey, region, service } : undefined;
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
