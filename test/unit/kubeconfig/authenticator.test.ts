import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { authenticatorFor, pairOf } from "./made-authenticator.ts";
import type { Made } from "./made-authenticator.ts";
import { testCertificates } from "./one-user.ts";
import type { OneUser } from "./one-user.ts";

const { jane, joe } = testCertificates();

describe("headers of static credentials", () => {
  test.each<{ name: string; one: OneUser; headers: unknown }>([
    { name: "no user", one: {}, headers: {} },
    { name: "token", one: { user: { token: "a.b" } }, headers: { Authorization: "Bearer a.b" } },
    {
      name: "basic, empty password",
      one: { user: { username: "alice" } },
      headers: { Authorization: "Basic YWxpY2U6" },
    },
    {
      name: "basic, not ASCII",
      one: { user: { username: "é", password: "p" } },
      headers: { Authorization: `Basic ${Buffer.from("é:p").toString("base64")}` },
    },
    { name: "token over http: not sent", one: { cluster: { server: "http://h" }, user: { token: "t" } }, headers: {} },
    {
      name: "impersonation, also over http",
      one: { cluster: { server: "http://h" }, user: { token: "t", as: "jane" } },
      headers: { "Impersonate-User": "jane" },
    },
    {
      name: "as-uid, as-groups, as-user-extra; keys escaped as header names",
      one: {
        user: {
          token: "t",
          as: "jane",
          "as-uid": "u-1",
          "as-groups": ["dev", "ops"],
          "as-user-extra": { "acme.com/scope": ["a", "b"], "50%": ["x"], none: [] },
        },
      },
      headers: {
        Authorization: "Bearer t",
        "Impersonate-User": "jane",
        "Impersonate-Uid": "u-1",
        "Impersonate-Group": ["dev", "ops"],
        "Impersonate-Extra-acme.com%2fscope": ["a", "b"],
        "Impersonate-Extra-50%25": ["x"],
      },
    },
    {
      name: "names that are not latin-1 go out as UTF-8 bytes",
      one: { user: { as: "名" } },
      headers: { "Impersonate-User": Buffer.from("名").toString("latin1") },
    },
  ])("$name", async ({ one, headers }) => {
    expect(await (await authenticatorFor(one)).authenticator.headers()).toEqual(headers);
  });

  test.each([
    { user: { token: "t\n" }, header: "Authorization" },
    { user: { as: "jane\r\nX-Other: 1" }, header: "Impersonate-User" },
  ])("a line break in $header is refused, and not shown", async ({ user, header }) => {
    const { authenticator } = await authenticatorFor({ user });
    await expect(authenticator.headers()).rejects.toMatchObject({
      code: "CredentialUnavailable",
      message: `getting credentials for user "u" of context "x": net/http: invalid header field value for "${header}"`,
    });
  });

  test("a 401 changes nothing", async () => {
    const { authenticator } = await authenticatorFor({ user: { token: "t" } });
    expect(await authenticator.refresh(await authenticator.headers())).toBe(false);
  });
});

describe("tokenFile", () => {
  const one = { user: { tokenFile: "token" }, files: { token: " one \n" } };
  const bearer = async ({ authenticator }: Made): Promise<unknown> => (await authenticator.headers())["Authorization"];

  test("trimmed, and read again after 50 s", async () => {
    const made = await authenticatorFor(one);
    expect(await bearer(made)).toBe("Bearer one");
    await writeFile(join(made.folder, "token"), "two");
    made.clock.advance(49_999);
    expect(await bearer(made)).toBe("Bearer one");
    made.clock.advance(1);
    expect(await bearer(made)).toBe("Bearer two");
  });

  test("gone or empty later: the old token stays", async () => {
    const made = await authenticatorFor(one);
    await bearer(made);
    await rm(join(made.folder, "token"));
    made.clock.advance(60_000);
    expect(await bearer(made)).toBe("Bearer one");
    await writeFile(join(made.folder, "token"), "");
    made.clock.advance(60_000);
    expect(await bearer(made)).toBe("Bearer one");
  });

  test("gone before the first request", async () => {
    const made = await authenticatorFor(one);
    await rm(join(made.folder, "token"));
    await expect(bearer(made)).rejects.toMatchObject({
      code: "CredentialUnavailable",
      message: expect.stringContaining("open " + join(made.folder, "token")) as string,
    });
  });

  test("beside an inline token: the file wins while it is there", async () => {
    const user = { token: "inline", tokenFile: "token" };
    expect(await bearer(await authenticatorFor({ user, files: { token: "file" } }))).toBe("Bearer file");
    expect(await bearer(await authenticatorFor({ user }))).toBe("Bearer inline");
  });

  test("a 401 reads it again at once", async () => {
    const made = await authenticatorFor(one);
    const sent = await made.authenticator.headers();
    expect(await made.authenticator.refresh(sent)).toBe(false);
    await writeFile(join(made.folder, "token"), "two");
    expect(await made.authenticator.refresh(sent)).toBe(true);
    expect(await bearer(made)).toBe("Bearer two");
  });
});

describe("client certificates", () => {
  const files = { "c.crt": jane.certificatePem, "c.key": jane.keyPem };
  const one = { user: { "client-certificate": "c.crt", "client-key": "c.key" }, files };

  test("the same object until the files hold another pair", async () => {
    const { authenticator, folder, clock } = await authenticatorFor(one);
    const first = await authenticator.clientCertificate();
    expect(first).toEqual(pairOf(jane));
    clock.advance(2_000);
    expect(await authenticator.clientCertificate()).toBe(first);
    await writeFile(join(folder, "c.crt"), joe.certificatePem);
    clock.advance(2_000);
    // Half rotated: the old pair is the better one.
    expect(await authenticator.clientCertificate()).toBe(first);
    await writeFile(join(folder, "c.key"), joe.keyPem);
    expect(await authenticator.clientCertificate()).toBe(first);
    clock.advance(2_000);
    expect(await authenticator.clientCertificate()).toEqual(pairOf(joe));
  });

  test("none over http, none without", async () => {
    const { authenticator } = await authenticatorFor({ ...one, cluster: { server: "http://h" } });
    expect(await authenticator.clientCertificate()).toBeUndefined();
    expect(await (await authenticatorFor({ user: { token: "t" } })).authenticator.clientCertificate()).toBeUndefined();
  });
});

describe("oidc", () => {
  const jwt = (claims: unknown): string =>
    ["{}", JSON.stringify(claims), "signature"].map((part) => Buffer.from(part).toString("base64url")).join(".");
  const user = (config: Readonly<Record<string, string>>) => ({
    "auth-provider": { name: "oidc", config: { "idp-issuer-url": "https://i", "client-id": "c", ...config } },
  });
  const nowSeconds = Date.UTC(2025, 0, 1) / 1000;

  test("a token that is valid for more than 10 s is sent", async () => {
    const token = jwt({ exp: nowSeconds + 11 });
    const { authenticator, clock } = await authenticatorFor({ user: user({ "id-token": token }) });
    expect(await authenticator.headers()).toEqual({ Authorization: `Bearer ${token}` });
    clock.advance(1_000);
    await expect(authenticator.headers()).rejects.toMatchObject({ code: "CredentialUnavailable" });
  });

  test.each([
    {
      name: "expired, no refresh token",
      config: { "id-token": jwt({ exp: nowSeconds }) },
      message: "No valid id-token, and cannot refresh without refresh-token",
    },
    { name: "nothing at all", config: {}, message: "No valid id-token, and cannot refresh without refresh-token" },
    { name: "no JWT", config: { "id-token": "s3cret" }, message: "ID Token is not a valid JWT" },
    { name: "no JSON in it", config: { "id-token": "a.czNjcmV0.c" }, message: "ID Token is not a valid JWT" },
  ])("$name", async ({ config, message }) => {
    const { authenticator } = await authenticatorFor({ user: user(config) });
    await expect(authenticator.headers()).rejects.toMatchObject({
      code: "CredentialUnavailable",
      message: `getting credentials for user "u" of context "x": ${message}`,
      hint: expect.stringMatching(/log in again/) as string,
    });
  });
});
