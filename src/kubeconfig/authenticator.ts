import { FedctlError } from "../errors.ts";
import type { ExecCache } from "./exec-cache.ts";
import { anonymousSource, SourceFailure } from "./internal/credential-source.ts";
import type { Authorization, CredentialSource } from "./internal/credential-source.ts";
import { ExecFailure } from "./internal/exec-failure.ts";
import { execSource } from "./internal/exec-source.ts";
import { headerValueError, utf8HeaderValue } from "./internal/header-value.ts";
import { impersonationHeaders } from "./internal/impersonation-headers.ts";
import type { Headers } from "./internal/impersonation-headers.ts";
import { oidcSource } from "./internal/oidc-source.ts";
import { staticSource } from "./internal/static-source.ts";
import type { OidcTokens } from "./oidc-tokens.ts";
import type { Authenticator, ClientConfig } from "./types.ts";

export interface AuthenticatorDeps {
  readonly execCache: ExecCache;
  readonly oidcTokens: OidcTokens;
  readonly clock: { now(): number };
}

/** Gives the requests to one cluster their credentials; see {@link Authenticator}. Does nothing until asked. */
export function createAuthenticator(config: ClientConfig, deps: AuthenticatorDeps): Authenticator {
  const source = sourceOf(config, deps);
  const impersonation = impersonationHeaders(config.impersonation);
  const sentBy = new WeakMap<Headers, Authorization>();
  return {
    headers: (signal) =>
      named(config, async () => {
        const authorization = await source.authorization(signal);
        const headers = withAuthorization(impersonation, authorization.value);
        requireSendable(headers);
        sentBy.set(headers, authorization);
        return headers;
      }),
    clientCertificate: (signal) => named(config, () => source.certificate(signal)),
    refresh: (sent, signal) => named(config, () => source.renew(sentBy.get(sent) ?? authorizationOf(sent), signal)),
  };
}

function sourceOf(config: ClientConfig, { execCache, oidcTokens, clock }: AuthenticatorDeps): CredentialSource {
  // Nothing secret goes over plain http, and no plugin is run for it.
  if (!config.baseUrl.startsWith("https://")) return anonymousSource;
  const { credentials } = config;
  switch (credentials.kind) {
    case "anonymous":
      return anonymousSource;
    case "static":
      return staticSource(credentials, clock);
    case "exec":
      return execSource(config, credentials, execCache);
    case "oidc":
      return oidcSource(credentials, oidcTokens);
  }
}

function withAuthorization(headers: Headers, value: string | undefined): Headers {
  return value === undefined ? { ...headers } : { Authorization: utf8HeaderValue(value), ...headers };
}

/** For headers that were copied on their way, and perhaps got other spellings of their names. */
function authorizationOf(sent: Headers): Authorization {
  const value = Object.entries(sent).find(([name]) => name.toLowerCase() === "authorization")?.[1];
  return { value: typeof value === "string" ? Buffer.from(value, "latin1").toString("utf8") : undefined };
}

function requireSendable(headers: Headers): void {
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values].flat()) {
      const error = headerValueError(name, value);
      if (error !== undefined) throw new SourceFailure(error, "remove line breaks and control characters from it");
    }
  }
}

/** Failures get the names of user and context; the plugin's own words stay. */
async function named<T>(config: ClientConfig, get: () => Promise<T>): Promise<T> {
  try {
    return await get();
  } catch (cause) {
    if (!(cause instanceof ExecFailure) && !(cause instanceof SourceFailure)) throw cause;
    const subject = `user ${JSON.stringify(config.userName)} of context ${JSON.stringify(config.contextName)}`;
    throw new FedctlError("CredentialUnavailable", `getting credentials for ${subject}: ${cause.message}`, {
      hint: cause.hint ?? hintFor(config),
      cause,
    });
  }
}

function hintFor({ credentials, userName }: ClientConfig): string {
  const what =
    credentials.kind === "exec"
      ? `run "${credentials.exec.command}" by itself, or correct the exec section`
      : "correct the entry";
  return `${what} of user "${userName}" in the kubeconfig`;
}
