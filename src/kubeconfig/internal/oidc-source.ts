import type { OidcTokens } from "../oidc-tokens.ts";
import type { Credentials } from "../types.ts";
import type { CredentialSource } from "./credential-source.ts";

/** The id-token of an OIDC user; what the server refuses is not refreshed before its time, as in client-go. */
export function oidcSource(user: Credentials & { readonly kind: "oidc" }, tokens: OidcTokens): CredentialSource {
  return {
    authorization: async (signal) => ({ value: `Bearer ${await tokens.get(user, signal)}` }),
    certificate: () => Promise.resolve(user.clientCertificate),
    renew: () => Promise.resolve(false),
  };
}
