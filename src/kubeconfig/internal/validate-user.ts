import type { ExecConfig, UserEntry } from "../types.ts";
import { openFailure } from "./go-file-error.ts";

/** Everything client-go finds wrong with a user, in its words and order. Paths are absolute. */
export async function validateUser(name: string, user: UserEntry): Promise<readonly string[]> {
  return [
    ...(await certificateErrors(name, user)),
    ...(user.exec === undefined ? [] : execErrors(name, user.exec, user.authProvider !== undefined)),
    ...methodErrors(name, user),
    ...impersonationErrors(name, user),
  ];
}

async function certificateErrors(name: string, user: UserEntry): Promise<readonly string[]> {
  const hasCertificate = user.clientCertificate !== "" || user.clientCertificateData !== undefined;
  // A key without a certificate is ignored.
  if (!hasCertificate) return [];
  return [
    ...pairErrors(name, user),
    ...(await fileErrors("client-cert", user.clientCertificate, name)),
    ...(await fileErrors("client-key", user.clientKey, name)),
  ];
}

function pairErrors(name: string, user: UserEntry): readonly string[] {
  const errors: string[] = [];
  if (user.clientCertificate !== "" && user.clientCertificateData !== undefined) {
    errors.push(`client-cert-data and client-cert are both specified for ${name}. client-cert-data will override.`);
  }
  if (user.clientKey !== "" && user.clientKeyData !== undefined) {
    errors.push(`client-key-data and client-key are both specified for ${name}; client-key-data will override`);
  }
  if (user.clientKey === "" && user.clientKeyData === undefined) {
    errors.push(
      `client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`,
    );
  }
  return errors;
}

async function fileErrors(what: string, file: string, name: string): Promise<readonly string[]> {
  const failure = file === "" ? undefined : await openFailure(file);
  return failure === undefined ? [] : [`unable to read ${what} ${file} for ${name} due to ${failure}`];
}

const interactiveModes = ["Never", "IfAvailable", "Always"];

function execErrors(name: string, exec: ExecConfig, hasAuthProvider: boolean): readonly string[] {
  const errors: string[] = [];
  const missing = (what: string): number =>
    errors.push(`${what} must be specified for ${name} to use exec authentication plugin`);
  if (hasAuthProvider) errors.push(`authProvider cannot be provided in combination with an exec plugin for ${name}`);
  if (exec.command === "") missing("command");
  if (exec.apiVersion === "") missing("apiVersion");
  for (const variable of exec.env) {
    if (variable.name === "") missing("env variable name");
  }
  if (exec.interactiveMode === "") missing("interactiveMode");
  else if (!interactiveModes.includes(exec.interactiveMode)) {
    errors.push(`invalid interactiveMode for ${name}: ${JSON.stringify(exec.interactiveMode)}`);
  }
  return errors;
}

function methodErrors(name: string, user: UserEntry): readonly string[] {
  const both = user.token !== "" && (user.username !== "" || user.password !== "");
  if (!both) return [];
  return [`more than one authentication method found for ${name}; found [token basicAuth], only one is allowed`];
}

function impersonationErrors(name: string, user: UserEntry): readonly string[] {
  const asksMore =
    user.impersonateUid !== "" || user.impersonateGroups.length > 0 || user.impersonateUserExtra.size > 0;
  if (!asksMore || user.impersonate !== "") return [];
  return [`requesting uid, groups or user-extra for ${name} without impersonating a user`];
}
