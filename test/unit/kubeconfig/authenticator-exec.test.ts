import { describe, expect, test } from "vitest";
import { createAuthenticator } from "../../../src/kubeconfig/authenticator.ts";
import { createExecCache } from "../../../src/kubeconfig/exec-cache.ts";
import type { ExecRunner } from "../../../src/kubeconfig/exec-credential.ts";
import { answers, authenticatorFor, pairOf, testClock } from "./made-authenticator.ts";
import { noOidcTokens } from "../../support/cluster-connection.ts";
import { resolveOne, testCertificates } from "./one-user.ts";
import { answering, pluginConfig, runner as realRunner, tokenOf } from "./plugin.ts";

const { jane, joe } = testCertificates();
const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "p", interactiveMode: "Never" };

describe("exec", () => {
  test("parallel first requests: one run for headers and certificates", async () => {
    const { runner, requests } = answers({ token: "t", keyPair: pairOf(jane) });
    const { authenticator } = await authenticatorFor({ user: { exec } }, runner);
    const asked = Array.from({ length: 5 }, () => [authenticator.headers(), authenticator.clientCertificate()]);
    const got = await Promise.all(asked.flat());
    expect(got.slice(0, 2)).toEqual([{ Authorization: "Bearer t" }, pairOf(jane)]);
    expect(requests).toHaveLength(1);
  });

  test("not run over http", async () => {
    const { authenticator } = await authenticatorFor({ cluster: { server: "http://h" }, user: { exec } });
    expect(await authenticator.headers()).toEqual({});
    expect(await authenticator.clientCertificate()).toBeUndefined();
  });

  test("not run beside a static token", async () => {
    const { authenticator } = await authenticatorFor({ user: { exec, token: "t" } });
    expect(await authenticator.headers()).toEqual({ Authorization: "Bearer t" });
  });

  test("only a certificate: no Authorization; impersonation is added", async () => {
    const { runner } = answers({ keyPair: pairOf(jane) });
    const { authenticator } = await authenticatorFor({ user: { exec, as: "joe" } }, runner);
    expect(await authenticator.headers()).toEqual({ "Impersonate-User": "joe" });
  });

  test("expiry: run again before the next request", async () => {
    const { runner, requests } = answers({ token: "1", expiresAtMs: Date.UTC(2025, 0, 1, 0, 0, 1) }, { token: "2" });
    const { authenticator, clock } = await authenticatorFor({ user: { exec } }, runner);
    await authenticator.headers();
    await authenticator.headers();
    expect(requests).toHaveLength(1);
    clock.advance(1_001);
    expect(await authenticator.headers()).toEqual({ Authorization: "Bearer 2" });
  });

  test("an expiry already past: one run for each request, not two", async () => {
    const { runner, requests } = answers({ token: "t", keyPair: pairOf(jane), expiresAtMs: 0 });
    const { authenticator } = await authenticatorFor({ user: { exec } }, runner);
    const oneRequest = async (): Promise<void> => {
      await authenticator.clientCertificate();
      await authenticator.headers();
    };
    await oneRequest();
    expect(requests).toHaveLength(1);
    await oneRequest();
    expect(requests).toHaveLength(2);
  });

  test("401: run again, once for all that were refused together", async () => {
    const { runner, requests } = answers({ token: "1" }, { token: "2" });
    const { authenticator } = await authenticatorFor({ user: { exec } }, runner);
    const sent = await Promise.all([authenticator.headers(), authenticator.headers(), authenticator.headers()]);
    const together = await Promise.all(sent.slice(0, 2).map((headers) => authenticator.refresh(headers)));
    expect(together).toEqual([true, true]);
    // A copy of the headers is recognised by its token, under any spelling of the name.
    expect(await authenticator.refresh({ authorization: sent[2]["Authorization"] ?? "" })).toBe(true);
    expect(requests).toHaveLength(2);
    expect(await authenticator.headers()).toEqual({ Authorization: "Bearer 2" });
  });

  test("401 to a copy of the headers: run again too", async () => {
    const { runner, requests } = answers({ token: "1" }, { token: "2" });
    const { authenticator } = await authenticatorFor({ user: { exec } }, runner);
    const { Authorization: authorization = "" } = await authenticator.headers();
    expect(await authenticator.refresh({ authorization })).toBe(true);
    expect(requests).toHaveLength(2);
  });

  test("401 and the plugin answers the same: a repeat would carry the same", async () => {
    const { runner, requests } = answers({ token: "1" });
    const { authenticator } = await authenticatorFor({ user: { exec } }, runner);
    expect(await authenticator.refresh(await authenticator.headers())).toBe(false);
    expect(requests).toHaveLength(2);
  });

  test("401 and only the certificate is another: a repeat would use that", async () => {
    const { runner } = answers({ token: "1", keyPair: pairOf(jane) }, { token: "1", keyPair: pairOf(joe) });
    const { authenticator } = await authenticatorFor({ user: { exec } }, runner);
    expect(await authenticator.refresh(await authenticator.headers())).toBe(true);
    expect(await authenticator.clientCertificate()).toEqual(pairOf(joe));
  });

  test("provideClusterInfo: what the plugin is told about the cluster", async () => {
    const { runner, requests } = answers({ token: "t" });
    const cluster = {
      server: "https://h/",
      "tls-server-name": "n",
      "proxy-url": "http://p",
      "disable-compression": true,
    };
    const one = { cluster, user: { exec: { ...exec, provideClusterInfo: true } } };
    await (await authenticatorFor(one, runner)).authenticator.headers();
    expect(requests[0]?.cluster).toEqual({
      server: "https://h/",
      tlsServerName: "n",
      insecureSkipTlsVerify: false,
      certificateAuthorityData: undefined,
      proxyUrl: "http://p",
      disableCompression: true,
    });
  });

  test("3.2 cache key: two contexts with the same exec section cost one run", async () => {
    const { runner, requests } = answers({ token: "t" });
    const clock = testClock();
    const execCache = createExecCache(runner, clock);
    for (const server of ["https://a", "https://b"]) {
      const { config } = await resolveOne({ cluster: { server }, user: { exec } });
      await createAuthenticator(config, { execCache, oidcTokens: noOidcTokens, clock }).headers();
    }
    expect(requests).toHaveLength(1);
  });

  test("a real plugin, from kubeconfig to header", async () => {
    const plugin = await pluginConfig(tokenOf('"for-" + process.env.AWS_PROFILE'));
    const { command, args } = plugin;
    const user = { exec: { ...exec, command, args, env: [{ name: "AWS_PROFILE", value: "dev" }] } };
    const { authenticator } = await authenticatorFor({ user }, realRunner());
    expect(await authenticator.headers()).toEqual({ Authorization: "Bearer for-dev" });
  });

  test("a failure names user, context, command, exit code and the plugin's last line", async () => {
    const { command, args } = await pluginConfig('console.error("the SSO session has expired"); process.exit(255)');
    const { authenticator } = await authenticatorFor({ user: { exec: { ...exec, command, args } } }, realRunner());
    await expect(authenticator.headers()).rejects.toMatchObject({
      code: "CredentialUnavailable",
      exitCode: 1,
      message: `getting credentials for user "u" of context "x": exec: executable ${command} failed with exit code 255: the SSO session has expired`,
      hint: `run "${command}" by itself, or correct the exec section of user "u" in the kubeconfig`,
    });
  });

  test("a refused request and a plugin that fails: its failure", async () => {
    const { command, args } = await pluginConfig(answering({ token: "t" }));
    let runs = 0;
    const flaky: ExecRunner = (asked, signal) => {
      runs++;
      const script = runs === 1 ? asked.exec.args : ["--eval", "process.exit(2)"];
      return realRunner()({ ...asked, exec: { ...asked.exec, args: script } }, signal);
    };
    const { authenticator } = await authenticatorFor({ user: { exec: { ...exec, command, args } } }, flaky);
    const sent = await authenticator.headers();
    await expect(authenticator.refresh(sent)).rejects.toMatchObject({ code: "CredentialUnavailable" });
  });

  test("Ctrl-C while the plugin runs: the signal's own reason", async () => {
    const { command, args } = await pluginConfig("setInterval(() => {}, 1000)");
    const { authenticator } = await authenticatorFor({ user: { exec: { ...exec, command, args } } }, realRunner());
    const controller = new AbortController();
    const reason = new Error("interrupted");
    const asking = authenticator.headers(controller.signal);
    controller.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });
});
