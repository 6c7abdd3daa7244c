import { expect, test } from "vitest";
import { cacheKey, cacheRoot, goPlatform } from "../../cluster/binary-cache.ts";
import type { CacheKeyParts } from "../../cluster/binary-cache.ts";

const parts: CacheKeyParts = {
  goMod: "module a\n",
  goSum: "b v1 h1:x\n",
  flags: ["-trimpath"],
  platform: { os: "linux", arch: "amd64" },
};

test("the same parts give the same key, which is a file name", () => {
  expect(cacheKey(parts)).toBe(cacheKey({ ...parts, platform: { os: "linux", arch: "amd64" } }));
  expect(cacheKey(parts)).toMatch(/^[0-9a-f]{16}$/);
});

test.each<[string, Partial<CacheKeyParts>]>([
  ["go.mod", { goMod: "module b\n" }],
  ["go.sum", { goSum: "b v2 h1:x\n" }],
  ["the flags", { flags: ["-trimpath", "-race"] }],
  ["the system", { platform: { os: "darwin", arch: "amd64" } }],
  ["the processor", { platform: { os: "linux", arch: "arm64" } }],
  ["where one part ends", { goMod: "module a\nb", goSum: " v1 h1:x\n" }],
])("another key when %s differs", (_what, change) => {
  expect(cacheKey({ ...parts, ...change })).not.toBe(cacheKey(parts));
});

test.each<[expected: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform]>([
  ["/x/fedctl/test-cluster", { HOME: "/h", XDG_CACHE_HOME: "/x" }, "linux"],
  ["/x/fedctl/test-cluster", { HOME: "/h", XDG_CACHE_HOME: "/x" }, "darwin"],
  ["/h/.cache/fedctl/test-cluster", { HOME: "/h" }, "linux"],
  ["/h/.cache/fedctl/test-cluster", { HOME: "/h", XDG_CACHE_HOME: "" }, "linux"],
  ["/h/Library/Caches/fedctl/test-cluster", { HOME: "/h" }, "darwin"],
])("keeps programs in %s with %o on %s", (expected, env, platform) => {
  expect(cacheRoot(env, platform)).toBe(expected);
});

test("names platforms in Go's words", () => {
  expect(goPlatform("linux", "x64")).toEqual({ os: "linux", arch: "amd64" });
  expect(goPlatform("darwin", "arm64")).toEqual({ os: "darwin", arch: "arm64" });
});
