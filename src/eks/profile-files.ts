import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { FedctlError } from "../errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Keys in lower case; a nested value (`s3 =` and indented lines) stands under `s3.key`. */
export type Section = ReadonlyMap<string, string>;

/** The shared configuration of the AWS tools. */
export interface AwsFiles {
  /** Both files merged, the credentials file having the say. */
  readonly profiles: ReadonlyMap<string, Section>;
  /** What the credentials file alone says: it comes earlier in the order of sources. */
  readonly credentials: ReadonlyMap<string, Section>;
  readonly services: ReadonlyMap<string, Section>;
  readonly configPath: string;
  readonly credentialsPath: string;
}

export function homeFolder(env: Environment): string {
  const home = env["HOME"] ?? env["USERPROFILE"];
  return home === undefined || home === "" ? homedir() : home;
}

/** Reads config and credentials file; one that does not exist is empty. @throws FedctlError CredentialUnavailable */
export function readAwsFiles(env: Environment): AwsFiles {
  const configPath = pathOf(env, "AWS_CONFIG_FILE", "config");
  const credentialsPath = pathOf(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  const [config, credentials] = [readSections(configPath), readSections(credentialsPath)];
  const named = (kind: string): ReadonlyMap<string, Section> => {
    const found = [...config].map(([title, section]) => [nameBehind(title, kind), section] as const);
    return new Map(found.flatMap(([name, section]) => (name === undefined ? [] : [[name, section] as const])));
  };
  const profiles = new Map(named("profile"));
  const standard = config.get("default");
  if (standard !== undefined) profiles.set("default", standard);
  for (const [name, section] of credentials) profiles.set(name, new Map([...(profiles.get(name) ?? []), ...section]));
  return {
    profiles,
    credentials,
    services: named("services"),
    configPath,
    credentialsPath,
  };
}

function pathOf(env: Environment, variable: string, name: string): string {
  const given = env[variable];
  if (given === undefined || given === "") return join(homeFolder(env), ".aws", name);
  return given.startsWith("~/") ? join(homeFolder(env), given.slice(2)) : given;
}

/** `profile "my name"` names `my name`. */
function nameBehind(title: string, kind: string): string | undefined {
  const [, word, rest = ""] = /^(\S+)\s+(.*)$/.exec(title) ?? [];
  return word === kind ? rest.trim().replace(/^(["'])(.*)\1$/, "$2") : undefined;
}

function readSections(path: string): ReadonlyMap<string, Section> {
  let text: string;
  try {
    // Two small files, if there are any: loading node:fs/promises takes longer than that.
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (code === "ENOENT" || code === "ENOTDIR") return new Map();
    throw new FedctlError("CredentialUnavailable", `cannot read ${path}: ${code}`, { cause, hint: `look at ${path}` });
  }
  return parseSections(text);
}

/** An ini file as Python's RawConfigParser and botocore read it; lines that mean nothing are skipped. */
export function parseSections(text: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let outer = "";
  for (const line of text.replace(/^\ufeff/, "").split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const [, title] = /^\[\s*([^\]]*[^\]\s])\s*\]/.exec(line) ?? [];
    if (title !== undefined) {
      section = sections.get(title) ?? new Map<string, string>();
      sections.set(title, section);
      outer = "";
      continue;
    }
    const pair = readPair(line);
    if (pair === undefined) continue;
    const isNested = /^\s/.test(line) && outer !== "";
    section.set(isNested ? `${outer}.${pair.name}` : pair.name, pair.value);
    if (!isNested) outer = pair.name;
  }
  return sections;
}

function readPair(line: string): { readonly name: string; readonly value: string } | undefined {
  const at = line.search(/[=:]/);
  const name = line.slice(0, at).trim().toLowerCase();
  return at <= 0 || name === "" ? undefined : { name, value: line.slice(at + 1).trim() };
}
