import { spawnSync } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kill } from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { messageOf } from "./one-user.ts";
import { never, pluginConfig, request, runner, tokenOf, v1 } from "./plugin.ts";
import { tempFolder } from "./temp-folder.ts";

async function tokenFrom(script: string, host: Parameters<typeof runner>[0] = {}): Promise<string> {
  return (await runner(host)(request(await pluginConfig(script)), never)).token;
}

describe("what the plugin gets", () => {
  test("KUBERNETES_EXEC_INFO, byte for byte", async () => {
    expect(await tokenFrom(tokenOf("process.env.KUBERNETES_EXEC_INFO"))).toBe(
      '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}\n',
    );
  });

  test("with provideClusterInfo: the cluster, in client-go's order, empty fields left out", async () => {
    const exec = await pluginConfig(tokenOf("process.env.KUBERNETES_EXEC_INFO"), { provideClusterInfo: true });
    const cluster = {
      server: "https://h/?a=1&b=<2>",
      tlsServerName: "n",
      insecureSkipTlsVerify: true,
      certificateAuthorityData: Buffer.from("ca"),
      proxyUrl: "http://p",
      disableCompression: true,
    };
    const clusterExtension = new Map<string, unknown>([
      ["b", ["x", 1.5, true, null]],
      ["a", 9223372036854775807n],
    ]);
    const full = await runner()(request(exec, { cluster, clusterExtension }), never);
    expect(full.token).toBe(
      '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":{' +
        '"server":"https://h/?a=1\\u0026b=\\u003c2\\u003e","tls-server-name":"n","insecure-skip-tls-verify":true,' +
        '"certificate-authority-data":"Y2E=","proxy-url":"http://p","disable-compression":true,' +
        '"config":{"a":9223372036854775807,"b":["x",1.5,true,null]}},"interactive":false}}\n',
    );
    const bare = { ...cluster, tlsServerName: "", insecureSkipTlsVerify: false, certificateAuthorityData: undefined };
    const least = await runner()(
      request(exec, { cluster: { ...bare, proxyUrl: "", disableCompression: false } }),
      never,
    );
    expect(JSON.parse(least.token)).toHaveProperty("spec", {
      cluster: { server: "https://h/?a=1&b=<2>", config: null },
      interactive: false,
    });
  });

  test("our environment, then its own in order, then KUBERNETES_EXEC_INFO", async () => {
    const exec = await pluginConfig(
      tokenOf("[process.env.A, process.env.B, process.env.C, process.env.KUBERNETES_EXEC_INFO.length]"),
      {
        env: [
          { name: "B", value: "first" },
          { name: "B", value: "last" },
          { name: "C", value: "own" },
          { name: "KUBERNETES_EXEC_INFO", value: "overridden" },
        ],
      },
    );
    const ours = { A: "ours", C: "ours", KUBERNETES_EXEC_INFO: "stale" };
    const { token } = await runner({ env: ours })(request(exec), never);
    expect(token).toBe("ours,last,own,102");
  });

  test("its arguments as they are, never through a shell; our folder", async () => {
    const cwd = await tempFolder();
    const exec = await pluginConfig(tokenOf("JSON.stringify([process.argv.slice(2), process.cwd()])"));
    const args = [...exec.args, "$HOME", "a b", "; exit 3", "*"];
    const { token } = await runner({ cwd })(request({ ...exec, args }), never);
    expect(JSON.parse(token)).toEqual([["$HOME", "a b", "; exit 3", "*"], cwd]);
  });

  test("an empty standard input when it is not interactive", async () => {
    const script = `import { readFileSync } from "node:fs"; ${tokenOf('"read " + readFileSync(0).length')}`;
    expect(await tokenFrom(script)).toBe("read 0");
  });

  test("its stderr goes to ours as it comes, also on success", async () => {
    const seen: string[] = [];
    const script = `process.stderr.write("code: 1234\\n"); setTimeout(() => { ${tokenOf("1")} }, 300);`;
    const run = tokenFrom(script, { stderr: (chunk) => seen.push(Buffer.from(chunk).toString()) });
    while (seen.length === 0) await delay(10);
    const seenBeforeTheEnd = await Promise.race([run.then(() => false), Promise.resolve(true)]);
    expect([seen.join(""), seenBeforeTheEnd]).toEqual(["code: 1234\n", true]);
    expect(await run).toBe("1");
  });
});

describe("interactive mode", () => {
  const told = tokenOf("JSON.parse(process.env.KUBERNETES_EXEC_INFO).spec.interactive");

  test.each([
    { interactiveMode: "Never", stdinIsTerminal: true, interactive: "false" },
    { interactiveMode: "IfAvailable", stdinIsTerminal: false, interactive: "false" },
    { interactiveMode: "IfAvailable", stdinIsTerminal: true, interactive: "true" },
    { interactiveMode: "IfAvailable", stdinIsTerminal: true, stdinUnavailable: "busy", interactive: "false" },
    { interactiveMode: "Always", stdinIsTerminal: true, interactive: "true" },
  ])("$interactiveMode, terminal $stdinIsTerminal: $interactive", async ({ interactiveMode, interactive, ...host }) => {
    const exec = await pluginConfig(told, { interactiveMode });
    expect((await runner(host)(request(exec), never)).token).toBe(interactive);
  });

  const prefix = "exec plugin cannot support interactive mode: ";
  test.each([
    { host: { stdinIsTerminal: false }, message: `${prefix}standard input is not a terminal` },
    { host: { stdinIsTerminal: true, stdinUnavailable: "" }, message: `${prefix}standard input is unavailable` },
    {
      host: { stdinIsTerminal: true, stdinUnavailable: "manifests are read from it" },
      message: `${prefix}standard input is unavailable: manifests are read from it`,
    },
  ])("Always: $message", async ({ host, message }) => {
    const exec = await pluginConfig(told, { interactiveMode: "Always" });
    expect(await messageOf(runner(host)(request(exec), never))).toBe(message);
  });
});

describe("plugins that fail", () => {
  test("exit code, command and the last line of stderr", async () => {
    const exec = await pluginConfig(
      'console.error("first"); console.error("token has \\u001b[1mexpired"); process.exit(3);',
    );
    expect(await messageOf(runner()(request(exec), never))).toBe(
      `exec: executable ${exec.command} failed with exit code 3: token has U+001B[1mexpired`,
    );
  });

  test("a silent failure, and a signal", async () => {
    const silent = await pluginConfig("process.exit(1)");
    expect(await messageOf(runner()(request(silent), never))).toMatch(/ failed with exit code 1$/);
    const killed = await pluginConfig('process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000)');
    expect(await messageOf(runner()(request(killed), never))).toMatch(/ failed with exit code -1$/);
  });

  test("not in PATH: client-go's advice and the plugin's own install hint, with escapes defused", async () => {
    const exec = await pluginConfig("", { command: "no-such-plugin", installHint: "get it\nat \u001b[1mhome\n" });
    await expect(runner()(request(exec), never)).rejects.toMatchObject({
      message: "exec: executable no-such-plugin not found",
      hint: expect.stringMatching(
        /^It looks like .* is not installed\. .*#client-go-credential-plugins\nget it\nat U\+001B\[1mhome$/,
      ) as string,
    });
  });

  test("looked up in PATH; what a relative element of it holds is refused", async () => {
    const cwd = await tempFolder({
      "my-plugin": `#!/bin/sh\necho '{"apiVersion": "${v1}", "status": {"token": "t"}}'\n`,
    });
    await chmod(join(cwd, "my-plugin"), 0o755);
    const exec = await pluginConfig("", { command: "my-plugin", args: [] });
    const answer = (PATH: string): Promise<unknown> => runner({ cwd, env: { PATH } })(request(exec), never);
    expect(await answer(`/nowhere:${cwd}`)).toMatchObject({ token: "t" });
    for (const path of [`.:${cwd}`, `:${cwd}`, "."]) {
      expect(await messageOf(answer(path))).toBe("exec: executable my-plugin not found");
    }
  });

  test("a path that is missing, not executable, a folder", async () => {
    const folder = await tempFolder({ plain: "#!/bin/sh\n" });
    const failure = async (command: string): Promise<string> =>
      messageOf(runner()(request(await pluginConfig("", { command })), never));
    expect(await failure(join(folder, "none"))).toBe("exec: fork/exec DIR/none: no such file or directory");
    expect(await failure(join(folder, "plain"))).toBe("exec: fork/exec DIR/plain: permission denied");
    expect(await failure(`${folder}/`)).toBe("exec: fork/exec DIR/: permission denied");
  });
});

describe("stopping", () => {
  async function startedPlugin(script: string) {
    const folder = await tempFolder();
    const pidFile = join(folder, "pid");
    const exec = await pluginConfig(
      `import { writeFileSync } from "node:fs"; ${script}; writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000);`,
    );
    const pid = async (): Promise<number> => {
      for (;;) {
        const text = await readFile(pidFile, "utf8").catch(() => "");
        if (text !== "") return Number(text);
        await delay(10);
      }
    };
    return { exec, pid };
  }

  const isAlive = (pid: number): boolean => {
    try {
      return kill(pid, 0);
    } catch {
      return false;
    }
  };

  /** Also false for a zombie, which nobody may reap in a container. */
  const isRunning = (pid: number): boolean => {
    if (!isAlive(pid)) return false;
    const state = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
    return state !== "" && !state.startsWith("Z");
  };

  test.each([
    { name: "a plugin that listens to SIGTERM", script: "" },
    { name: "a plugin that does not", script: 'process.on("SIGTERM", () => {})' },
  ])("$name is gone when the run rejects, with the signal's reason", async ({ script }) => {
    const { exec, pid } = await startedPlugin(script);
    const controller = new AbortController();
    const run = runner()(request(exec), controller.signal);
    const child = await pid();
    expect(isAlive(child)).toBe(true);
    const reason = new Error("interrupted");
    controller.abort(reason);
    await expect(run).rejects.toBe(reason);
    expect(isAlive(child)).toBe(false);
  });

  test("a run that is cancelled before it starts runs nothing", async () => {
    const folder = await tempFolder();
    const mark = join(folder, "mark");
    await writeFile(mark, "untouched");
    const exec = await pluginConfig(`import { rmSync } from "node:fs"; rmSync(${JSON.stringify(mark)});`);
    await expect(runner()(request(exec), AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
    expect(await readFile(mark, "utf8")).toBe("untouched");
  });

  test("a time limit, when there is one", async () => {
    const { exec } = await startedPlugin("");
    expect(await messageOf(runner({ timeoutMs: 200 })(request(exec), never))).toBe(
      `exec: executable ${exec.command} did not answer within 0.2 s`,
    );
  });

  test.each([
    { name: "and the plugin waits for it", ending: "setInterval(() => {}, 1000)" },
    { name: "and the plugin has ended before", ending: "process.exit()" },
  ])("what the plugin started is ended with its group, $name", async ({ ending }) => {
    const folder = await tempFolder();
    const pidFile = join(folder, "pid");
    // The grandchild keeps the plugin's stdout open, and listens to no SIGTERM.
    const grandchild =
      'process.on("SIGTERM", () => {}); require("fs").writeFileSync(process.argv[1], String(process.pid)); setInterval(() => {}, 1000);';
    const exec = await pluginConfig(`
      import { spawn } from "node:child_process";
      import { existsSync } from "node:fs";
      const child = spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}, ${JSON.stringify(pidFile)}], { stdio: "inherit" });
      child.unref();
      const wait = setInterval(() => { if (existsSync(${JSON.stringify(pidFile)})) { clearInterval(wait); ${ending}; } }, 10);
    `);
    const error = await messageOf(runner({ timeoutMs: 3_000 })(request(exec), never));
    expect(error).toBe(`exec: executable ${exec.command} did not answer within 3 s`);
    const pid = Number(await readFile(pidFile, "utf8"));
    // Its death is the kernel's to carry out; nobody waits for it here but we.
    await vi.waitFor(() => {
      expect(isRunning(pid)).toBe(false);
    }, 5_000);
  });
});
