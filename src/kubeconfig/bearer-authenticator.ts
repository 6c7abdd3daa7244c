import type { Authenticator } from "./types.ts";

/**
 * Sends the token that `token` gives at that moment, and nothing while it gives none: for a connection that is tried before its
 * token exists. Unlike a kubeconfig's user it sends it over plain http too, as a client that is given but an address and a token does.
 */
export function bearerAuthenticator(token: () => string | undefined): Authenticator {
  return {
    headers: () => {
      const value = token();
      return Promise.resolve(value === undefined ? {} : { Authorization: `Bearer ${value}` });
    },
    clientCertificate: () => Promise.resolve(undefined),
    refresh: () => Promise.resolve(false),
  };
}
