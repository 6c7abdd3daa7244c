import { readFile } from "node:fs/promises";
import type { FedctlError } from "../../errors.ts";
import type { Credentials, KeyPair, UserEntry } from "../types.ts";
import { authProviderComplaint } from "./auth-provider.ts";
import { userError } from "./client-errors.ts";
import { requireExecVersion } from "./exec-version.ts";
import { goReadError } from "./go-file-error.ts";
import { keyPairError } from "./pem.ts";
import type { Selection } from "./selection.ts";
import { readTokenFile } from "./token-file.ts";

/** The cluster extension whose value an exec plugin is given. */
const execExtension = "client.authentication.k8s.io/exec";

type Basic = { readonly username: string; readonly password: string } | undefined;

/**
 * Chooses how a validated user authenticates over TLS: a static token, basic auth or certificate switches exec off.
 * `urlBasic` are credentials in the server's URL, which go before all others.
 * @throws FedctlError CredentialUnavailable, KubeconfigInvalid
 */
export async function resolveCredentials(selection: Selection, urlBasic: Basic): Promise<Credentials> {
  const { user } = selection;
  // client-go refuses these even where a static credential would win.
  if (user.exec !== undefined) requireExecVersion(user.exec, selection);
  const complaint = user.authProvider && authProviderComplaint(user.authProvider, selection.userName);
  if (complaint !== undefined) throw userError("CredentialUnavailable", selection, complaint);
  const bearer = await bearerOf(selection);
  const basic = urlBasic ?? basicOf(user);
  if (bearer !== undefined && user.username !== "") {
    throw invalid(selection, "username/password or bearer token may be set, but not both");
  }
  const certificate = await certificateOf(selection);
  if (bearer !== undefined || basic !== undefined) {
    return { kind: "static", ...(urlBasic === undefined ? bearer : undefined), basic, ...certificate };
  }
  return withoutHeader(selection, certificate);
}

interface Certificate {
  readonly clientCertificate?: KeyPair;
  readonly clientCertificateFiles?: { readonly certFile: string; readonly keyFile: string };
}

/** What is left when no static Authorization header is configured. */
function withoutHeader({ user, userName, cluster }: Selection, certificate: Certificate): Credentials {
  if (user.authProvider !== undefined) {
    const { clientCertificate } = certificate;
    return { kind: "oidc", config: user.authProvider.config, userName, origin: user.origin, clientCertificate };
  }
  if (certificate.clientCertificate !== undefined) return { kind: "static", ...certificate };
  if (user.exec === undefined) return { kind: "anonymous" };
  return { kind: "exec", exec: user.exec, clusterExtension: cluster?.extensions.get(execExtension) ?? null };
}

function basicOf(user: UserEntry): Basic {
  return user.username === "" ? undefined : { username: user.username, password: user.password };
}

interface Bearer {
  readonly bearerToken?: string | undefined;
  readonly tokenFile?: string | undefined;
}

async function bearerOf(selection: Selection): Promise<Bearer | undefined> {
  const { token, tokenFile } = selection.user;
  const bearerToken = token === "" ? undefined : token;
  if (tokenFile === "") return bearerToken === undefined ? undefined : { bearerToken };
  if (bearerToken === undefined) {
    const read = await readTokenFile(tokenFile);
    if ("failure" in read) throw unreadable(selection, read.failure);
  }
  return { bearerToken, tokenFile };
}

async function certificateOf(selection: Selection): Promise<Certificate> {
  const { clientCertificate, clientCertificateData, clientKey, clientKeyData } = selection.user;
  const certPem = clientCertificateData ?? (await readOptional(selection, clientCertificate));
  if (certPem === undefined) return {};
  const keyPem = clientKeyData ?? (await readOptional(selection, clientKey));
  if (keyPem === undefined) return {};
  const pair = { certPem, keyPem };
  const error = keyPairError(pair);
  if (error !== undefined) throw invalid(selection, error);
  const fromFiles = clientCertificateData === undefined && clientKeyData === undefined;
  if (!fromFiles) return { clientCertificate: pair };
  return {
    clientCertificate: pair,
    clientCertificateFiles: { certFile: clientCertificate, keyFile: clientKey },
  };
}

async function readOptional(selection: Selection, path: string): Promise<Buffer | undefined> {
  if (path === "") return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(selection, goReadError(error, path));
  }
}

function unreadable(selection: Selection, message: string): FedctlError {
  const hint = `check the file, or the path in user "${selection.userName}" in ${selection.user.origin}`;
  return userError("CredentialUnavailable", selection, { message, hint });
}

function invalid(selection: Selection, message: string): FedctlError {
  const hint = `correct user "${selection.userName}" in ${selection.user.origin}`;
  return userError("KubeconfigInvalid", selection, { message, hint });
}
