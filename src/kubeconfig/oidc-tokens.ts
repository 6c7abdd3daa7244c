import { setTimeout as delay } from "node:timers/promises";
import { SourceFailure } from "./internal/credential-source.ts";
import { isExpired } from "./internal/oidc-expiry.ts";
import { shareRun, type SharedRun } from "./internal/shared-run.ts";
import type { Credentials } from "./types.ts";

/** A request to somebody who is no API server: the provider of OIDC tokens. */
export interface PlainRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Who may vouch for the provider; undefined: the system's authorities. */
  readonly caPem: Buffer | undefined;
  readonly signal: AbortSignal;
}

/** Sends it through the proxies of the environment. @throws Error in words that can be shown */
export type SendPlain = (
  request: PlainRequest,
) => Promise<{ readonly status: number; readonly location: string | undefined; readonly text: string }>;

type OidcCredentials = Credentials & { readonly kind: "oidc" };

/** The id-tokens of OIDC users, shared by all connections of a process; refreshed ones are written to the kubeconfig. */
export interface OidcTokens {
  /** One that is valid for the next request. @throws SourceFailure (internal), or the signal's reason */
  get(user: OidcCredentials, signal: AbortSignal | undefined): Promise<string>;
}

export interface OidcHost {
  readonly send: SendPlain;
  readonly clock: { now(): number };
  /** Where relative kubeconfig names, and the provider's relative CA file, start. */
  readonly cwd: string;
}

interface Slot {
  /** As it was last loaded or refreshed; undefined: as the connection got it. */
  config: ReadonlyMap<string, string> | undefined;
  run: SharedRun<string> | undefined;
}

/** One per process: a provider may take each refresh token only once. */
export function createOidcTokens(host: OidcHost): OidcTokens {
  const slots = new Map<string, Slot>();
  return {
    async get(user, signal) {
      signal?.throwIfAborted();
      const key = JSON.stringify([user.origin, user.userName]);
      const slot = slots.get(key) ?? { config: undefined, run: undefined };
      slots.set(key, slot);
      const config = slot.config ?? user.config;
      const token = validToken(config, host);
      if (token !== undefined) return token;
      requireRefreshToken(config);
      slot.run ??= startRun(slot, (runSignal) => renew({ ...user, config }, host, runSignal));
      return slot.run.join(signal);
    },
  };
}

type Tokens = ReadonlyMap<string, string>;

function startRun(slot: Slot, work: (signal: AbortSignal) => Promise<Tokens>): SharedRun<string> {
  const forget = (): void => {
    if (slot.run === shared) slot.run = undefined;
  };
  const shared: SharedRun<string> = shareRun(async (signal) => {
    try {
      slot.config = await work(signal);
      return slot.config.get("id-token") ?? "";
    } finally {
      forget();
    }
  }, forget);
  return shared;
}

/** The configuration with new tokens: those that another process stored meanwhile, else those of the provider. */
async function renew(user: OidcCredentials, host: OidcHost, signal: AbortSignal): Promise<Tokens> {
  const { readStoredConfig, storeTokens } = await import("./internal/oidc-store.ts");
  const isValid = (config: Tokens): boolean => validToken(config, host) !== undefined;
  const read = (): Promise<Tokens | undefined> => readStoredConfig(user, host.cwd);
  const stored = await read();
  if (stored !== undefined && isValid(stored)) return stored;
  const config = stored ?? user.config;
  requireRefreshToken(config);
  const { refreshTokens } = await import("./internal/oidc-refresh.ts");
  let tokens: Tokens;
  try {
    tokens = await refreshTokens(config, host, signal);
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    // Many providers take a refresh token once: another process may have been first, and be about to store what it got.
    for (let tries = 0; tries < 4; tries += 1) {
      const others = await read();
      if (others !== undefined && isValid(others)) return others;
      await delay(250, undefined, { signal });
    }
    throw error;
  }
  await storeTokens(user, tokens, { cwd: host.cwd, signal });
  return new Map([...config, ...tokens]);
}

function validToken(config: Tokens, { clock }: OidcHost): string | undefined {
  const token = config.get("id-token") ?? "";
  return token === "" || isExpired(token, clock.now()) ? undefined : token;
}

function requireRefreshToken(config: Tokens): void {
  if ((config.get("refresh-token") ?? "") !== "") return;
  throw new SourceFailure(
    "No valid id-token, and cannot refresh without refresh-token",
    `log in again with your OIDC tool (for example "kubelogin")`,
  );
}
