import type { AuthProviderConfig, ExecConfig, UserEntry } from "../types.ts";
import { decodeExtensions } from "./decode-extensions.ts";
import { asStrings, openStruct } from "./go-decode.ts";
import type { Fields } from "./go-decode.ts";

/** No credentials at all: what an unknown or empty user stands for. */
export function emptyUser(origin: string): UserEntry {
  return decodeUser(openStruct(null, "v1.AuthInfo", { struct: "NamedAuthInfo", path: "users.user" }), origin);
}

/** @throws TextError */
export function decodeUser(body: Fields, origin: string): UserEntry {
  return {
    impersonate: body.string("as"),
    impersonateGroups: body.strings("as-groups"),
    impersonateUid: body.string("as-uid"),
    impersonateUserExtra: body.map("as-user-extra", "map[string][]string", asStrings),
    authProvider: body.optionalStruct("auth-provider", "v1.AuthProviderConfig", decodeAuthProvider),
    clientCertificate: body.string("client-certificate"),
    clientCertificateData: body.bytes("client-certificate-data"),
    clientKey: body.string("client-key"),
    clientKeyData: body.bytes("client-key-data"),
    exec: body.optionalStruct("exec", "v1.ExecConfig", decodeExec),
    extensions: decodeExtensions(body),
    password: body.string("password"),
    token: body.string("token"),
    tokenFile: body.string("tokenFile"),
    username: body.string("username"),
    origin,
  };
}

function decodeAuthProvider(body: Fields): AuthProviderConfig {
  const config = body.stringMap("config");
  return { config, name: body.string("name") };
}

/** These versions predate the field, and have a default for it. */
const versionsWithDefaultMode = ["client.authentication.k8s.io/v1alpha1", "client.authentication.k8s.io/v1beta1"];

function decodeExec(body: Fields): ExecConfig {
  const apiVersion = body.string("apiVersion");
  const args = body.strings("args");
  const command = body.string("command");
  const env = body.list("env", "v1.ExecEnvVar", (item) => ({ name: item.string("name"), value: item.string("value") }));
  const installHint = body.string("installHint");
  const mode = body.string("interactiveMode");
  const provideClusterInfo = body.boolean("provideClusterInfo");
  const interactiveMode = mode === "" && versionsWithDefaultMode.includes(apiVersion) ? "IfAvailable" : mode;
  return { apiVersion, args, command, env, installHint, interactiveMode, provideClusterInfo };
}
