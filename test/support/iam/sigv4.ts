import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export interface SignedGet {
  /** The URL as it came, so that its encoding is judged too. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

/** The access key that signed the query of this request, or undefined when the signature is not the one its key yields. */
export function verifyPresigned(
  { url, headers }: SignedGet,
  secrets: Readonly<Record<string, string>>,
): string | undefined {
  const query = url.searchParams;
  const parameter = (name: string): string => query.get(`X-Amz-${name}`) ?? "";
  const [accessKey = "", ...scope] = parameter("Credential").split("/");
  const secret = secrets[accessKey];
  const names = parameter("SignedHeaders").split(";");
  if (secret === undefined || !names.includes("host")) return undefined;
  const request = [
    "GET",
    url.pathname,
    canonicalQuery(query),
    ...names.map((name) => `${name}:${String(headers[name] ?? "").trim()}`),
    "",
    names.join(";"),
    sha256(""),
  ].join("\n");
  const text = ["AWS4-HMAC-SHA256", parameter("Date"), scope.join("/"), sha256(request)].join("\n");
  const key = scope.reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
  const given = Buffer.from(parameter("Signature"), "hex");
  const wanted = hmac(key, text);
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? accessKey : undefined;
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
