import { createAuthenticator } from "../../../src/kubeconfig/authenticator.ts";
import { createExecCache } from "../../../src/kubeconfig/exec-cache.ts";
import type { ExecCredential, ExecRequest, ExecRunner } from "../../../src/kubeconfig/exec-credential.ts";
import { createOidcTokens, type SendPlain } from "../../../src/kubeconfig/oidc-tokens.ts";
import type { Authenticator, ClientConfig, KeyPair } from "../../../src/kubeconfig/types.ts";
import type { KeyAndCertificate } from "../../cluster/certificates.ts";
import { resolveOne } from "./one-user.ts";
import type { OneUser } from "./one-user.ts";

/** Stands still until it is told to go on. */
export interface Clock {
  now(): number;
  advance(ms: number): void;
}

export function testClock(): Clock {
  let nowMs = Date.UTC(2025, 0, 1);
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

const noPlugin: ExecRunner = () => Promise.reject(new Error("no plugin may run here"));

const noProvider: SendPlain = () => Promise.reject(new Error("no provider may be asked here"));

export interface Made {
  readonly authenticator: Authenticator;
  readonly config: ClientConfig;
  readonly folder: string;
  readonly clock: Clock;
}

/** The authenticator of a kubeconfig with one user. */
export async function authenticatorFor(one: OneUser, runner = noPlugin, send = noProvider): Promise<Made> {
  const clock = testClock();
  const { config, folder } = await resolveOne(one);
  const execCache = createExecCache(runner, clock);
  const oidcTokens = createOidcTokens({ clock, cwd: folder, send });
  const authenticator = createAuthenticator(config, { execCache, oidcTokens, clock });
  return { authenticator, config, folder, clock };
}

/** A runner that gives these answers one after the other (the last one for ever), and what it was asked. */
export function answers(...credentials: readonly Partial<ExecCredential>[]): {
  readonly runner: ExecRunner;
  readonly requests: readonly ExecRequest[];
} {
  const requests: ExecRequest[] = [];
  const runner: ExecRunner = (asked) => {
    const next = credentials[Math.min(requests.length, credentials.length - 1)];
    requests.push(asked);
    return Promise.resolve({ token: "", keyPair: undefined, expiresAtMs: undefined, ...next });
  };
  return { runner, requests };
}

export function pairOf({ certificatePem, keyPem }: KeyAndCertificate): KeyPair {
  return { certPem: Buffer.from(certificatePem), keyPem: Buffer.from(keyPem) };
}
