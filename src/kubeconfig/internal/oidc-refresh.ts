import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { OidcHost, PlainRequest } from "../oidc-tokens.ts";
import { SourceFailure } from "./credential-source.ts";
import { printable } from "./exec-failure.ts";
import { decodeGoBase64 } from "./go-base64.ts";
import { goReadError } from "./go-file-error.ts";
import { TextError } from "./text-error.ts";

type Config = ReadonlyMap<string, string>;
type Answer = Awaited<ReturnType<OidcHost["send"]>>;
type Ask = (request: Pick<PlainRequest, "method" | "url" | "headers" | "body">) => Promise<Answer>;

const loginHint = `log in again with your OIDC tool (for example "kubelogin")`;

/** Gives the provider the refresh token for a new id-token, and perhaps a new refresh token. @throws SourceFailure */
export async function refreshTokens(config: Config, host: OidcHost, signal: AbortSignal): Promise<Config> {
  const caPem = await authorityOf(config, host.cwd);
  const ask: Ask = async (request) => {
    try {
      return await host.send({ ...request, caPem, signal });
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof Error) throw new SourceFailure(cause.message, "check the provider, HTTPS_PROXY and its CA");
      throw cause;
    }
  };
  const issuer = config.get("idp-issuer-url") ?? "";
  const answer = await askForToken(await tokenEndpoint(issuer, ask), config, ask);
  const fields = answer.status < 300 ? objectOf(answer.text) : undefined;
  if (fields === undefined) throw new SourceFailure(`failed to refresh token: ${refusal(answer)}`, loginHint);
  const { id_token: idToken, refresh_token: refreshToken } = fields;
  if (typeof idToken !== "string") {
    throw new SourceFailure(
      `token response did not contain an id_token, either the scope "openid" wasn't requested upon login, or the provider doesn't support id_tokens as part of the refresh response`,
      loginHint,
    );
  }
  const isNew = typeof refreshToken === "string" && refreshToken !== "";
  return new Map([["id-token", idToken], ...(isNew ? [["refresh-token", refreshToken] as const] : [])]);
}

async function authorityOf(config: Config, cwd: string): Promise<Buffer | undefined> {
  const data = config.get("idp-certificate-authority-data") ?? "";
  const file = config.get("idp-certificate-authority") ?? "";
  const hint = "correct the auth-provider config of the user";
  try {
    // As in client-go: the file has the say, and starts at the current folder.
    if (file !== "") return await readFile(resolve(cwd, file));
    return data === "" ? undefined : decodeGoBase64(data);
  } catch (cause) {
    if (cause instanceof TextError) throw new SourceFailure(`idp-certificate-authority-data: ${cause.message}`, hint);
    throw new SourceFailure(goReadError(cause, file), hint);
  }
}

async function tokenEndpoint(issuer: string, ask: Ask): Promise<string> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const hint = "check idp-issuer-url in the auth-provider config of the user";
  if (!URL.canParse(url)) throw new SourceFailure(`idp-issuer-url ${JSON.stringify(issuer)} is no URL`, hint);
  const answer = await followed(url, ask);
  if (answer.status !== 200) {
    throw new SourceFailure(`${url} was answered ${answer.status}: ${JSON.stringify(excerpt(answer.text))}`, hint);
  }
  const endpoint = objectOf(answer.text)?.["token_endpoint"];
  if (typeof endpoint !== "string" || !URL.canParse(endpoint)) {
    throw new SourceFailure(`${url} names no token_endpoint`, hint);
  }
  return endpoint;
}

/** Providers behind a front redirect; the request holds nothing secret. */
async function followed(url: string, ask: Ask, left = 10): Promise<Answer> {
  const answer = await ask({ method: "GET", url, headers: { accept: "application/json" } });
  const isRedirect = [301, 302, 303, 307, 308].includes(answer.status);
  if (!isRedirect || answer.location === undefined || left === 0 || !URL.canParse(answer.location, url)) return answer;
  return followed(new URL(answer.location, url).href, ask, left - 1);
}

/** Client id and secret as Basic, and for providers that do not take that in the form. */
async function askForToken(url: string, config: Config, ask: Ask): Promise<Answer> {
  const [id, secret] = [config.get("client-id") ?? "", config.get("client-secret") ?? ""];
  const form = { grant_type: "refresh_token", refresh_token: config.get("refresh-token") ?? "" };
  const post = (fields: Readonly<Record<string, string>>, more: Readonly<Record<string, string>>): Promise<Answer> =>
    ask({
      method: "POST",
      url,
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded", ...more },
      body: new URLSearchParams(fields).toString(),
    });
  const basic = Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString("base64");
  const first = await post(form, { authorization: `Basic ${basic}` });
  if (first.status < 300) return first;
  return post({ ...form, client_id: id, ...(secret !== "" && { client_secret: secret }) }, {});
}

/** RFC 6749, 2.3.1. */
function formEncoded(text: string): string {
  return new URLSearchParams({ t: text }).toString().slice(2);
}

/** The standard's own fields; a body of another form may repeat what it was sent. */
function refusal({ status, text }: Answer): string {
  const { error, error_description: description } = objectOf(text) ?? {};
  if (typeof error !== "string") return `the provider answered ${status}`;
  const why = typeof description === "string" ? ` ${JSON.stringify(excerpt(description))}` : "";
  return `oauth2: ${JSON.stringify(excerpt(error))}${why}`;
}

function excerpt(text: string): string {
  const cleaned = printable(text);
  return cleaned.length > 80 ? `${cleaned.slice(0, 80)}...` : cleaned;
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    // What is no JSON holds none of the fields.
    return undefined;
  }
}
