import { createHash, createHmac } from "node:crypto";

/** Keys that sign; a session token makes them temporary. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface TokenRequest {
  readonly keys: AwsKeys;
  /** Base URL of STS. */
  readonly endpoint: string;
  /** Of the signature's scope. */
  readonly signingRegion: string;
  /** Name or id of the cluster, which the token is bound to. */
  readonly cluster: string;
  readonly now: Date;
}

export interface Token {
  readonly text: string;
  readonly expiresAt: Date;
}

/** aws-iam-authenticator refuses a token 15 minutes after its date, whatever X-Amz-Expires says; a minute is left for clocks. */
const lifetimeMs = 14 * 60_000;
/** Longer ones aws-iam-authenticator refuses unread. */
export const longestToken = 4096;

/** A presigned GetCallerIdentity request as EKS takes it: made without a request and without the SDK, byte for byte as aws makes it. */
export function signToken(request: TokenRequest): Token {
  const url = presign(request);
  const seconds = Math.floor(request.now.getTime() / 1000) * 1000;
  return { text: `k8s-aws-v1.${Buffer.from(url).toString("base64url")}`, expiresAt: new Date(seconds + lifetimeMs) };
}

function presign({ keys, endpoint, signingRegion, cluster, now }: TokenRequest): string {
  const { host, origin, pathname } = new URL(endpoint);
  const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/${signingRegion}/sts/aws4_request`;
  const parameters: readonly (readonly [string, string])[] = [
    ["Action", "GetCallerIdentity"],
    ["Version", "2011-06-15"],
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${keys.accessKeyId}/${scope}`],
    ["X-Amz-Date", time],
    ["X-Amz-Expires", "60"],
    ["X-Amz-SignedHeaders", "host;x-k8s-aws-id"],
    ...(keys.sessionToken === undefined ? [] : [["X-Amz-Security-Token", keys.sessionToken] as const]),
  ];
  const pairs = parameters.map(([name, value]) => `${name}=${encode(value)}`);
  const signedName = cluster.trim().split(/\s+/).join(" ");
  const canonical = [
    "GET",
    pathname,
    [...pairs].sort().join("&"),
    `host:${host}\nx-k8s-aws-id:${signedName}\n`,
    "host;x-k8s-aws-id",
    sha256(""),
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const signature = hmac(signingKey(keys.secretAccessKey, scope), toSign).toString("hex");
  return `${origin}${pathname}?${pairs.join("&")}&X-Amz-Signature=${signature}`;
}

/** RFC 3986, which asks for more than encodeURIComponent does. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function signingKey(secret: string, scope: string): Buffer {
  let key: Buffer = Buffer.from(`AWS4${secret}`);
  for (const part of scope.split("/")) key = hmac(key, part);
  return key;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
