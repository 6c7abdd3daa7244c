import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";

/** A platform in Go's words. */
export interface GoPlatform {
  readonly os: string;
  readonly arch: string;
}

/** This machine in Go's words, so that a warm start needs no Go. */
export function goPlatform(platform: NodeJS.Platform, arch: string): GoPlatform {
  return { os: platform, arch: arch === "x64" ? "amd64" : arch };
}

/** The folder that holds what was built: in the user's cache, where the platform keeps it. */
export function cacheRoot(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = env["HOME"] ?? homedir();
  const standard = platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
  // An empty XDG_CACHE_HOME counts as unset (XDG Base Directory Specification).
  return join(env["XDG_CACHE_HOME"] || standard, "fedctl", "test-cluster");
}

export interface CacheKeyParts {
  readonly goMod: string;
  readonly goSum: string;
  readonly flags: readonly string[];
  readonly platform: GoPlatform;
}

/** Names what a build of this module with these flags yields. Any change of a part changes it. */
export function cacheKey({ goMod, goSum, flags, platform }: CacheKeyParts): string {
  const parts = [goMod, goSum, platform.os, platform.arch, ...flags];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
