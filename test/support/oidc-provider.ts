import { createSign, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createAuthority } from "../cluster/certificates.ts";

export interface ProviderOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who is logged in. */
  readonly subject: string;
  /** The one that is taken first; each is taken once, and its successor given. */
  readonly refreshToken: string;
}

export interface OidcProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Whom clients have to trust. */
  readonly caPem: string;
  /** `GET /path 200`, in order; of the token endpoint also how the client said who it is. */
  readonly asked: string[];
  /** The refresh token that is taken next. */
  readonly current: { refreshToken: string };
  /** How it departs from what most providers do. */
  readonly quirks: { formOnly?: boolean; forgetful?: boolean };
  /** A signed id-token that ends so many seconds from now. */
  idToken(secondsLeft: number): string;
}

const keyId = "k1";

/** A provider of OpenID Connect: discovery, keys, and refresh tokens that rotate (RFC 6749, section 6). */
export async function startOidcProvider(options: ProviderOptions): Promise<OidcProvider> {
  const authority = createAuthority("test provider");
  const issued = authority.issue({ subject: { commonName: "idp" }, usage: "server", hosts: ["127.0.0.1"] });
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const asked: string[] = [];
  const state = { current: { refreshToken: options.refreshToken }, quirks: {} as OidcProvider["quirks"], issuer: "" };
  const idToken = (secondsLeft: number): string => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: state.issuer, aud: options.clientId, sub: options.subject, iat: now, exp: now + secondsLeft };
    const text = [{ alg: "RS256", kid: keyId }, claims].map((part) => base64url(JSON.stringify(part))).join(".");
    return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey, "base64url")}`;
  };
  const documents: Readonly<Record<string, () => unknown>> = {
    "/.well-known/openid-configuration": () => ({
      issuer: state.issuer,
      jwks_uri: `${state.issuer}/keys`,
      token_endpoint: `${state.issuer}/token`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    }),
    "/keys": () => ({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: keyId, alg: "RS256", use: "sig" }] }),
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url: path = "", method = "" } = request;
    const document = documents[path]?.();
    const isToken = path === "/token" && method === "POST";
    const reply = isToken ? await tokenReply(request, { options, state, idToken }) : found(document);
    asked.push(`${method} ${path} ${reply.status}${reply.by === undefined ? "" : ` ${reply.by}`}`);
    response.writeHead(reply.status, { "content-type": "application/json" }).end(JSON.stringify(reply.body));
  };
  const server = createServer({ cert: issued.certificatePem, key: issued.keyPem }, (request, response) => {
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`; // TCP, so never a pipe's name
  return {
    issuer: state.issuer,
    caPem: authority.certificatePem,
    asked,
    current: state.current,
    quirks: state.quirks,
    idToken,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  /** How the client said who it is. */
  readonly by?: "basic" | "form";
}

function found(document: unknown): Reply {
  return document === undefined ? { status: 404, body: "no such page" } : { status: 200, body: document };
}

interface TokenContext {
  readonly options: ProviderOptions;
  readonly state: Pick<OidcProvider, "current" | "quirks">;
  readonly idToken: (secondsLeft: number) => string;
}

async function tokenReply(request: IncomingMessage, { options, state, idToken }: TokenContext): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  const form = new URLSearchParams(Buffer.concat(chunks).toString());
  const { authorization } = request.headers;
  const by = authorization === undefined ? "form" : "basic";
  if (!isClient(form, authorization, { options, state })) return { status: 401, by, body: { error: "invalid_client" } };
  const isGrant =
    form.get("grant_type") === "refresh_token" && form.get("refresh_token") === state.current.refreshToken;
  if (!isGrant) {
    return {
      status: 400,
      by,
      body: { error: "invalid_grant", error_description: "the refresh token was used before" },
    };
  }
  state.current.refreshToken = `${state.current.refreshToken}+`;
  return {
    status: 200,
    by,
    body: {
      access_token: "opaque",
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: state.current.refreshToken,
      ...(state.quirks.forgetful !== true && { id_token: idToken(3600) }),
    },
  };
}

/** The secret in the header, or where that is not taken in the form. */
function isClient(
  form: URLSearchParams,
  header: string | undefined,
  { options: { clientId, clientSecret }, state }: Pick<TokenContext, "options" | "state">,
): boolean {
  if (header === undefined) return form.get("client_id") === clientId && form.get("client_secret") === clientSecret;
  const basic = Buffer.from(`${clientId}:${encodeURIComponent(clientSecret)}`).toString("base64");
  return header === `Basic ${basic}` && state.quirks.formOnly !== true;
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
