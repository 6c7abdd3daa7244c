import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Environment, homeFolder } from "../profile-files.ts";
import type { AwsKeys } from "../token.ts";

export interface ExpiringKeys extends AwsKeys {
  readonly expiresAt: number;
}

/** The cache of aws itself, so that either tool's login (and its MFA code) serves the other. */
export function awsCachePath(env: Environment, request: Readonly<Record<string, string | number>>): string {
  // Python's json.dumps with sorted keys, which is what aws hashes.
  const pairs = Object.keys(request)
    .sort()
    .map((key) => `${JSON.stringify(key)}: ${JSON.stringify(request[key])}`);
  const hash = createHash("sha1")
    .update(`{${pairs.join(", ")}}`)
    .digest("hex");
  return join(homeFolder(env), ".aws", "cli", "cache", `${hash}.json`);
}

/** fedctl's own, for `--role-arn`, which aws does not cache; keyed by whose keys assume which role where. */
export function ownCachePath(env: Environment, key: readonly string[]): string {
  const given = env["XDG_CACHE_HOME"];
  const folder = given === undefined || given === "" ? join(homeFolder(env), ".cache") : given;
  return join(folder, "fedctl", "roles", `${createHash("sha256").update(JSON.stringify(key)).digest("hex")}.json`);
}

/** Undefined for what is missing, unreadable, or expires within `marginMs`. */
export async function readCachedKeys(path: string, until: number): Promise<ExpiringKeys | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, "utf8"));
    const stored = field(parsed, "Credentials");
    const [id, secret, token, expiration] = ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"].map(
      (name) => field(stored, name),
    );
    if (
      typeof id !== "string" ||
      typeof secret !== "string" ||
      typeof token !== "string" ||
      typeof expiration !== "string"
    )
      return undefined;
    const expiresAt = Date.parse(expiration.replace(/UTC$/, "Z"));
    return expiresAt > until ? { accessKeyId: id, secretAccessKey: secret, sessionToken: token, expiresAt } : undefined;
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** Replaces the file at once and for its owner alone; a cache that cannot be written is no failure. */
export async function writeCachedKeys(path: string, keys: ExpiringKeys): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  const Credentials = {
    AccessKeyId: keys.accessKeyId,
    SecretAccessKey: keys.secretAccessKey,
    SessionToken: keys.sessionToken,
    Expiration: new Date(keys.expiresAt).toISOString().replace(/\.\d+Z$/, "Z"),
  };
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, JSON.stringify({ Credentials }), { mode: 0o600, flag: "wx" });
    await chmod(temporary, 0o600);
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
