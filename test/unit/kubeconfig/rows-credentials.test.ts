import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { env, execPath } from "node:process";
import { describe, expect, test } from "vitest";
import { createExecRunner, type ExecHost } from "../../../src/kubeconfig/exec-credential.ts";
import { authenticatorFor, type Made } from "./made-authenticator.ts";
import { base64, messageOf, type OneUser, testCertificates } from "./one-user.ts";
import { answering, tokenOf, v1 } from "./plugin.ts";
import { tempFolder } from "./temp-folder.ts";

const { ca, jane, joe } = testCertificates();
const inline = {
  "client-certificate-data": base64(jane.certificatePem),
  "client-key-data": base64(jane.keyPem),
};
const files = { "jane.crt": jane.certificatePem, "jane.key": jane.keyPem };
const fromFiles = { "client-certificate": "jane.crt", "client-key": "jane.key" };

/** A user whose plugin is this script, run by this Node, with what the kubeconfig says besides. */
function execUser(script: string, more: Readonly<Record<string, unknown>> = {}): OneUser["user"] & object {
  const args = ["--input-type=module", "--eval", script];
  return { exec: { apiVersion: v1, command: execPath, args, interactiveMode: "Never", ...more } };
}

/** The rooms as the program has them, with a real plugin process. */
function made(one: OneUser, host: Partial<ExecHost> = {}): Promise<Made> {
  const shown = { PATH: env["PATH"] };
  return authenticatorFor(
    one,
    createExecRunner({ env: shown, cwd: "/", stderr: () => undefined, stdinIsTerminal: false, ...host }),
  );
}

/** The Authorization header, without "Bearer " where it is one. */
async function sent(one: OneUser, host: Partial<ExecHost> = {}): Promise<unknown> {
  const { authenticator } = await made(one, host);
  const { Authorization: header } = await authenticator.headers();
  return typeof header === "string" ? header.replace(/^Bearer /, "") : header;
}
const problem = (one: OneUser, host: Partial<ExecHost> = {}): Promise<string> => messageOf(sent(one, host));
const containing = (text: string): string => expect.stringContaining(text) as string;

/** A script that leaves a mark for each run beside giving a token. */
async function counted(status: unknown = { token: "t" }): Promise<{ script: string; runs: () => Promise<number> }> {
  const marks = join(await tempFolder(), "marks");
  await writeFile(marks, "");
  const script = `import { appendFileSync } from "node:fs"; appendFileSync(${JSON.stringify(marks)}, "."); ${answering(status)}`;
  return { script, runs: async () => (await readFile(marks, "utf8")).length };
}

const stale = { name: "KUBERNETES_EXEC_INFO", value: "stale" };
const info = 'import { env } from "node:process"; const info = JSON.parse(env.KUBERNETES_EXEC_INFO);';
const jwt = (exp: number): string =>
  ["{}", JSON.stringify({ exp }), "s"].map((part) => Buffer.from(part).toString("base64url")).join(".");
const nowSeconds = Date.UTC(2025, 0, 1) / 1000;
const provider = (name: string, config: Readonly<Record<string, string>> = {}): OneUser => ({
  user: { "auth-provider": { name, config: { "idp-issuer-url": "https://i", "client-id": "c", ...config } } },
});

/** What client-go 0.34.4 does, row by row; "cache key" is in authenticator-exec.test.ts, "OIDC refresh" in test/e2e/oidc-user.test.ts. */
describe("3.2", () => {
  test.each<{ row: string; seen: () => Promise<unknown>; wanted: unknown }>([
    { row: "token", seen: () => sent({ user: { token: "abc" } }), wanted: "abc" },
    {
      row: "basic, empty password",
      seen: () => sent({ user: { username: "alice" } }),
      wanted: `Basic ${base64("alice:")}`,
    },
    {
      row: "client cert data/file",
      seen: async () => {
        const offered = async (one: OneUser): Promise<string | undefined> =>
          (await (await made(one)).authenticator.clientCertificate())?.certPem.toString();
        return [await offered({ user: inline }), await offered({ user: fromFiles, files })];
      },
      wanted: [jane.certificatePem, jane.certificatePem],
    },
    {
      row: "data over file",
      seen: async () => [
        await problem({ user: { ...inline, ...fromFiles }, files }),
        await problem({
          cluster: {
            server: "https://c",
            "certificate-authority": "ca.crt",
            "certificate-authority-data": base64(ca.certificatePem),
          },
          files: { "ca.crt": ca.certificatePem },
        }),
      ],
      wanted: [
        containing("client-cert-data and client-cert are both specified for u. client-cert-data will override."),
        containing("certificate-authority-data and certificate-authority are both specified for c."),
      ],
    },
    {
      row: "static credentials switch exec off",
      seen: async () => {
        const { script, runs } = await counted();
        const exec = execUser(script);
        const headers = [
          await sent({ user: { ...exec, token: "static" } }),
          await sent({ user: { ...exec, username: "u", password: "p" } }),
          await sent({ user: { ...exec, ...inline } }),
        ];
        return [...headers, await runs()];
      },
      wanted: ["static", `Basic ${base64("u:p")}`, undefined, 0],
    },
    {
      row: "KUBERNETES_EXEC_INFO",
      seen: () =>
        sent(
          { user: execUser(tokenOf("process.env.KUBERNETES_EXEC_INFO.trim()"), { env: [stale] }) },
          { env: { KUBERNETES_EXEC_INFO: "stale" } },
        ),
      wanted: `{"kind":"ExecCredential","apiVersion":"${v1}","spec":{"interactive":false}}`,
    },
    {
      row: "provideClusterInfo, exec extension",
      seen: () =>
        sent({
          cluster: {
            server: "https://c.example",
            extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "me" } }],
          },
          user: execUser(`${info} ${tokenOf("JSON.stringify(info.spec)")}`, { provideClusterInfo: true }),
        }),
      wanted: '{"cluster":{"server":"https://c.example","config":{"audience":"me"}},"interactive":false}',
    },
    {
      row: "apiVersion checks (config, answer)",
      seen: async () => [
        await problem({ user: execUser("", { apiVersion: "client.authentication.k8s.io/v1alpha1" }) }),
        await problem({ user: execUser("", { apiVersion: "" }) }),
        await problem({ user: execUser("", { apiVersion: "foo/v9" }) }),
        await problem({ user: execUser(answering({ token: "t" }, "client.authentication.k8s.io/v1beta1")) }),
      ],
      wanted: [
        containing('exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"'),
        containing("apiVersion must be specified for u to use exec authentication plugin"),
        containing('exec plugin: invalid apiVersion "foo/v9"'),
        containing(
          `exec plugin is configured to use API version ${v1}, plugin returned version client.authentication.k8s.io/v1beta1`,
        ),
      ],
    },
    {
      row: "interactiveMode",
      seen: async () => {
        const script = `${info} ${tokenOf("info.spec.interactive")}`;
        const told = (interactiveMode: string, stdinIsTerminal: boolean): Promise<unknown> =>
          sent({ user: execUser(script, { interactiveMode }) }, { stdinIsTerminal });
        return [
          await told("Never", true),
          await told("IfAvailable", false),
          await told("IfAvailable", true),
          await told("Always", true),
          await messageOf(told("Always", false)),
          await messageOf(told("Sometimes", true)),
        ];
      },
      wanted: [
        "false",
        "false",
        "true",
        "true",
        containing("exec plugin cannot support interactive mode: standard input is not a terminal"),
        containing('invalid interactiveMode for u: "Sometimes"'),
      ],
    },
    {
      row: "stdin",
      seen: () =>
        sent({ user: execUser(`import { readFileSync } from "node:fs"; ${tokenOf("readFileSync(0).length")}`) }),
      wanted: "0",
    },
    {
      row: "stderr",
      seen: async () => {
        const seen: string[] = [];
        const stderr = (chunk: Uint8Array): void => void seen.push(Buffer.from(chunk).toString());
        await sent({ user: execUser(`console.error("code 1234"); ${tokenOf("1")}`) }, { stderr });
        return seen.join("");
      },
      wanted: "code 1234\n",
    },
    {
      row: "silent failure",
      seen: async () => [
        await problem({ user: execUser("process.exit(3)") }),
        await problem({ user: execUser('process.kill(process.pid, "SIGKILL"); await new Promise(() => {})') }),
      ],
      wanted: [
        expect.stringMatching(/: exec: executable \S+ failed with exit code 3$/),
        expect.stringMatching(/ failed with exit code -1$/),
      ],
    },
    {
      row: "not found",
      seen: async () => {
        const { authenticator } = await made({ user: execUser("", { command: "no-such", installHint: "get it" }) });
        return authenticator.headers().catch((error: unknown) => error);
      },
      wanted: expect.objectContaining({
        message: containing("exec: executable no-such not found"),
        hint: expect.stringMatching(/plugin that is not installed[\s\S]*get it/) as string,
      }) as unknown,
    },
    {
      row: "YAML answer",
      seen: () => sent({ user: execUser(answering(`apiVersion: ${v1}\nkind: ExecCredential\nstatus: {token: abc}`)) }),
      wanted: "abc",
    },
    {
      row: "bad answer",
      seen: async () => {
        const half = { clientCertificateData: jane.certificatePem };
        const statuses: unknown[] = [undefined, {}, half, { token: "t", expirationTimestamp: "soon" }, "{garbage"];
        return Promise.all(statuses.map((status) => problem({ user: execUser(answering(status)) })));
      },
      wanted: [
        containing("exec plugin didn't return a status field"),
        containing("exec plugin didn't return a token or cert/key pair"),
        containing("exec plugin returned only certificate or key, not both"),
        containing('decoding stdout: parsing time "soon" as "2006-01-02T15:04:05Z07:00"'),
        containing("decoding stdout: couldn't get version/kind; json parse error"),
      ],
    },
    {
      row: "cache without expirationTimestamp",
      seen: async () => {
        const { script, runs } = await counted();
        const { authenticator, clock } = await made({ user: execUser(script) });
        await authenticator.headers();
        clock.advance(365 * 24 * 3_600_000);
        await authenticator.headers();
        return runs();
      },
      wanted: 1,
    },
    {
      row: "parallel first requests",
      seen: async () => {
        const { script, runs } = await counted();
        const { authenticator } = await made({ user: execUser(script) });
        await Promise.all(Array.from({ length: 5 }, () => authenticator.headers()));
        return runs();
      },
      wanted: 1,
    },
    {
      row: "401 → refresh",
      seen: async () => {
        const { script, runs } = await counted({ token: "t", expirationTimestamp: "2099-01-01T00:00:00Z" });
        const { authenticator } = await made({ user: execUser(script) });
        const headers = await authenticator.headers();
        // The plugin gives the same again, so that a repeat would be refused again.
        return [await authenticator.refresh(headers), await runs()];
      },
      wanted: [false, 2],
    },
    {
      row: "exec certificate",
      seen: async () => {
        const status = { clientCertificateData: joe.certificatePem, clientKeyData: joe.keyPem };
        const { authenticator } = await made({ user: execUser(answering(status)) });
        return [await authenticator.headers(), (await authenticator.clientCertificate())?.certPem.toString()];
      },
      wanted: [{}, joe.certificatePem],
    },
    {
      row: "tokenFile reload",
      seen: async () => {
        const { authenticator, folder, clock } = await made({ user: { tokenFile: "t" }, files: { t: "one\n" } });
        const read = async (): Promise<unknown> => (await authenticator.headers())["Authorization"];
        const first = await read();
        await writeFile(join(folder, "t"), "two\n");
        clock.advance(49_000);
        const early = await read();
        clock.advance(1_000);
        return [first, early, await read()];
      },
      wanted: ["Bearer one", "Bearer one", "Bearer two"],
    },
    {
      row: "OIDC valid token",
      seen: () => sent(provider("oidc", { "id-token": jwt(nowSeconds + 11) })),
      wanted: jwt(nowSeconds + 11),
    },
    {
      row: "OIDC expired, no refresh",
      seen: () => problem(provider("oidc", { "id-token": jwt(nowSeconds + 10) })),
      wanted: containing("No valid id-token, and cannot refresh without refresh-token"),
    },
    {
      row: "gcp, azure",
      seen: async () => [await problem(provider("gcp")), await problem(provider("azure"))],
      wanted: [
        containing("The gcp auth plugin has been removed."),
        containing("The azure auth plugin has been removed."),
      ],
    },
    {
      row: "unknown auth-provider",
      seen: () => problem(provider("wat")),
      wanted: containing('no Auth Provider found for name "wat"'),
    },
  ])("$row", async ({ seen, wanted }) => {
    expect(await seen()).toEqual(wanted);
  });
});
