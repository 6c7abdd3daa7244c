import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadKubeconfig } from "../../../src/kubeconfig/load.ts";
import { resolveClientConfig } from "../../../src/kubeconfig/resolve.ts";
import { resolveOne, testCertificates } from "./one-user.ts";
import { tempFolder } from "./temp-folder.ts";

const certificates = testCertificates();

describe("inside a pod", () => {
  const env = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" };
  const mounted = { token: "pod-token\n", "ca.crt": certificates.ca.certificatePem, namespace: " team \n" };

  async function resolveInPod(files: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) {
    const serviceAccountFolder = await tempFolder(files);
    const cwd = await tempFolder();
    const warnings: string[] = [];
    const { raw } = await loadKubeconfig({ env: { KUBECONFIG: "missing" }, cwd });
    const config = await resolveClientConfig(raw, {
      env: { ...env, ...more },
      cwd,
      serviceAccountFolder,
      warn: (text) => warnings.push(text),
    });
    return { config, warnings, serviceAccountFolder };
  }

  test("no kubeconfig: the service account", async () => {
    const { config, warnings, serviceAccountFolder } = await resolveInPod(mounted);
    expect(config).toMatchObject({ contextName: "", baseUrl: "https://10.96.0.1:443", namespace: "team" });
    expect(config.credentials).toMatchObject({ kind: "static", tokenFile: join(serviceAccountFolder, "token") });
    expect(config.tls.caPem?.toString()).toBe(certificates.ca.certificatePem);
    expect(warnings).toEqual([]);
  });

  test("an IPv6 address gets brackets", async () => {
    const { config } = await resolveInPod(mounted, { KUBERNETES_SERVICE_HOST: "fd00::1" });
    expect(config.baseUrl).toBe("https://[fd00::1]:443");
  });

  test("POD_NAMESPACE goes before the mounted one, default is the last resort", async () => {
    expect((await resolveInPod(mounted, { POD_NAMESPACE: "named" })).config.namespace).toBe("named");
    expect((await resolveInPod({ token: "t" })).config.namespace).toBe("default");
  });

  test("a CA that cannot be read: a warning, and the system's roots", async () => {
    const { config, warnings, serviceAccountFolder } = await resolveInPod({ ...mounted, "ca.crt": "junk" });
    expect(config.tls.caPem).toBeUndefined();
    expect(warnings).toEqual([
      `Expected to load root CA config from ${serviceAccountFolder}/ca.crt, but got err: unable to parse bytes as PEM block`,
    ]);
  });

  test.each([
    { name: "without the environment", more: { KUBERNETES_SERVICE_HOST: "" }, files: mounted },
    { name: "without a token file", more: {}, files: {} },
    { name: "when the token is a folder", more: {}, files: { "token/x": "" } },
  ])("not $name", async ({ more, files }) => {
    await expect(resolveInPod(files, more)).rejects.toMatchObject({ code: "KubeconfigMissing" });
  });

  test("a context that does not exist fails even there; a kubeconfig without namespace takes the pod's", async () => {
    const serviceAccountFolder = await tempFolder(mounted);
    await expect(resolveOne({}, { env, serviceAccountFolder, contextOverride: "nope" })).rejects.toMatchObject({
      code: "ContextNotFound",
    });
    const { config } = await resolveOne({}, { env, serviceAccountFolder });
    expect([config.contextName, config.namespace]).toEqual(["x", "team"]);
  });
});
