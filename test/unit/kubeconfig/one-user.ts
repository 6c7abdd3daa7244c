import { join } from "node:path";
import { loadKubeconfig } from "../../../src/kubeconfig/load.ts";
import { resolveClientConfig } from "../../../src/kubeconfig/resolve.ts";
import type { ResolveOptions } from "../../../src/kubeconfig/resolve.ts";
import type { ClientConfig } from "../../../src/kubeconfig/types.ts";
import { createAuthority } from "../../cluster/certificates.ts";
import type { CertificateAuthority, KeyAndCertificate } from "../../cluster/certificates.ts";
import { tempFolder } from "./temp-folder.ts";

/** What varies from test to test; the rest is one context `x` of cluster `c` and user `u`. */
export interface OneUser {
  /** Default: an https server. `null` leaves the cluster out. */
  readonly cluster?: Readonly<Record<string, unknown>> | null;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly currentContext?: string;
  /** Beside the kubeconfig. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A kubeconfig text. JSON is YAML. */
export function kubeconfigText({
  cluster = { server: "https://c.example" },
  user,
  context,
  currentContext,
}: OneUser): string {
  return JSON.stringify({
    clusters: cluster === null ? [] : [{ name: "c", cluster }],
    users: user === undefined ? [] : [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", ...context } }],
    "current-context": currentContext ?? "x",
  });
}

export interface Resolved {
  readonly folder: string;
  readonly config: ClientConfig;
}

/** Writes the kubeconfig, loads it and resolves its context, outside of any pod. */
export async function resolveOne(one: OneUser, options: Partial<ResolveOptions> = {}): Promise<Resolved> {
  const folder = await tempFolder({ ...one.files, config: kubeconfigText(one) });
  const { raw } = await loadKubeconfig({ explicitPath: join(folder, "config"), env: {}, cwd: folder });
  return { folder, config: await resolveClientConfig(raw, { env: {}, cwd: folder, ...options }) };
}

/** The message of an error, with the test's folder as DIR. */
export async function messageOf(attempt: Promise<unknown>): Promise<string> {
  const outcome: unknown = await attempt.then(
    () => "nothing was thrown",
    (error: unknown) => error,
  );
  const text = outcome instanceof Error ? outcome.message : String(outcome);
  return text.replace(/\/[^\s"]*fedctl-kubeconfig-[^/\s"]*/g, "DIR");
}

export interface TestCertificates {
  readonly ca: CertificateAuthority;
  readonly jane: KeyAndCertificate;
  readonly joe: KeyAndCertificate;
}

/** Real certificates: an authority and two clients of it. */
export function testCertificates(): TestCertificates {
  const ca = createAuthority("kubeconfig test authority");
  const client = (commonName: string): KeyAndCertificate => ca.issue({ subject: { commonName }, usage: "client" });
  return { ca, jane: client("jane"), joe: client("joe") };
}

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
