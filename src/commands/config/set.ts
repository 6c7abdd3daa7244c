import { Command, Option } from "commander";
import type { FedctlError } from "../../errors.ts";
import type { ClusterChange, ContextChange, UserChange } from "../../kubeconfig/entries.ts";
import { edit } from "./change.ts";
import { readEmbedded } from "./embedded.ts";
import {
  addConfigAction,
  collect,
  collectWhole,
  type ConfigContext,
  type ConfigFlags,
  type ConfigOutcome,
  goList,
  refuse,
} from "./run-config.ts";

interface ClusterFlags extends ConfigFlags, ClusterChange {
  readonly embedCerts?: boolean;
}

interface ContextFlags extends ConfigFlags, ContextChange {
  readonly current?: boolean;
}

interface UserFlags extends ConfigFlags {
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly embedCerts?: boolean;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly authProvider?: string;
  readonly authProviderArg?: readonly string[];
  readonly execCommand?: string;
  readonly execApiVersion?: string;
  readonly execArg?: readonly string[];
  readonly execEnv?: readonly string[];
  readonly execProvideClusterInfo?: boolean;
  readonly execInteractiveMode?: string;
}

interface PropertyFlags extends ConfigFlags {
  readonly setRawBytes?: boolean;
}

export function setCommands(context: ConfigContext): Command[] {
  return [setCluster(context), setContext(context), setCredentials(context), setProperty(context), unset(context)];
}

function setCluster(context: ConfigContext): Command {
  const command = new Command("set-cluster")
    .summary("make a cluster entry, or change fields of one")
    .option("--server <url>", "address of the API server")
    .option("--tls-server-name <name>", "name that the server's certificate is checked for")
    .option("--certificate-authority <path>", "file with the certificate authority")
    .option("--embed-certs", "take the file into the entry")
    .option("--proxy-url <url>", "proxy on the way to the server");
  addBoolean(command, "insecure-skip-tls-verify", "do not check the server's certificate");
  return addConfigAction<ClusterFlags>(command, context, async (args, flags) => {
    const [name = ""] = args;
    if (args.length !== 1) throw refuse(`Unexpected args: ${goList(args)}`, "set-cluster");
    if (name === "") throw refuse("you must specify a non-empty cluster name", "set-cluster");
    const path = flags.certificateAuthority ?? "";
    if (flags.insecureSkipTlsVerify === true && path !== "") {
      throw refuse("you cannot specify a certificate authority and insecure mode at the same time", "set-cluster");
    }
    if (flags.embedCerts === true && path === "") {
      throw refuse("you must specify a --certificate-authority to embed", "set-cluster");
    }
    const { changeCluster } = await import("../../kubeconfig/entries.ts");
    const { cwd } = context.deps;
    const certificateAuthorityData =
      flags.embedCerts === true ? await readEmbedded("certificate-authority", path, cwd) : undefined;
    await edit(context, flags, ({ set }) => {
      set.setEntry(
        "clusters",
        name,
        changeCluster(set.entry("clusters", name), { ...flags, certificateAuthorityData }, cwd),
      );
    });
    return { text: `Cluster "${name}" set.\n`, extra: { cluster: name } };
  });
}

function setContext(context: ConfigContext): Command {
  const command = new Command("set-context")
    .summary("make a context, or change fields of one")
    .option("--current", "change the current context")
    .option("--cluster <name>", "cluster of the context")
    .option("--user <name>", "user of the context")
    .option("--namespace <namespace>", "namespace of the context");
  return addConfigAction<ContextFlags>(command, context, async (args, flags) => {
    const [given = ""] = args;
    if (args.length > 1) throw refuse(`Unexpected args: ${goList(args)}`, "set-context");
    if (given === "" && flags.current !== true)
      throw refuse("you must specify a non-empty context name or --current", "set-context");
    if (given !== "" && flags.current === true)
      throw refuse("you cannot specify both a context name and --current", "set-context");
    const { changeContext } = await import("../../kubeconfig/entries.ts");
    return edit(context, flags, ({ set }): ConfigOutcome => {
      const name = flags.current === true ? set.currentContext : given;
      if (name === "") throw refuse("no current context is set", "set-context");
      const old = set.entry("contexts", name);
      set.setEntry("contexts", name, changeContext(old, flags));
      const outcome = old === undefined ? "created" : "modified";
      return { text: `Context "${name}" ${outcome}.\n`, extra: { context: name, outcome } };
    });
  });
}

function setCredentials(context: ConfigContext): Command {
  const command = new Command("set-credentials")
    .summary("make a user, or change fields of one")
    .option("--client-certificate <path>", "file with the client certificate")
    .option("--client-key <path>", "file with its key")
    .option("--embed-certs", "take the files into the entry")
    .option("--token <token>", "bearer token")
    .option("--username <name>", "for basic authentication")
    .option("--password <password>", "for basic authentication")
    .option("--auth-provider <name>", "auth provider")
    .option("--auth-provider-arg <key=value>", "setting of the auth provider; KEY- removes one", collect)
    .option("--exec-command <command>", "credential plugin")
    .option("--exec-api-version <version>", "API version that the plugin speaks")
    .option("--exec-arg <argument>", "argument of the plugin; all of them anew", collect)
    .option("--exec-env <name=value>", "environment variable of the plugin; NAME- removes one", collectWhole)
    .option("--exec-interactive-mode <mode>", "Never, IfAvailable or Always");
  addBoolean(command, "exec-provide-cluster-info", "tell the plugin about the cluster");
  return addConfigAction<UserFlags>(command, context, async (args, flags) => {
    const [name = ""] = args;
    if (args.length !== 1) throw refuse(`unexpected args: ${goList(args)}`, "set-credentials");
    const { badAssignments, changeUser } = await import("../../kubeconfig/entries.ts");
    const wrong = userFlagsError(name, flags, badAssignments);
    if (wrong !== undefined) throw wrong;
    const change = await userChange(flags, context.deps.cwd);
    await edit(context, flags, ({ set }) => {
      set.setEntry("users", name, changeUser(set.entry("users", name), change, context.deps.cwd));
    });
    return { text: `User "${name}" set.\n`, extra: { user: name } };
  });
}

function userFlagsError(
  name: string,
  flags: UserFlags,
  bad: (texts: readonly string[]) => readonly string[],
): FedctlError | undefined {
  const [badArg] = bad(flags.authProviderArg ?? []);
  const [badEnv] = bad(flags.execEnv ?? []);
  const { execInteractiveMode: mode = "", token, username, password, clientCertificate, clientKey } = flags;
  const methods = [
    ...(isGiven(token) ? ["--token"] : []),
    ...(isGiven(username) || isGiven(password) ? ["--username/--password"] : []),
  ];
  const embedsNothing = flags.embedCerts === true && !isGiven(clientCertificate) && !isGiven(clientKey);
  const findings: readonly (readonly [boolean, string])[] = [
    [badArg !== undefined, `invalid auth-provider-arg format: ${String(badArg)}`],
    [badEnv !== undefined, `invalid exec-env format: ${String(badEnv)}`],
    [
      !["", "Never", "IfAvailable", "Always"].includes(mode),
      "invalid interactive mode type, can be only IfAvailable, Never, Always",
    ],
    [name === "", "you must specify a non-empty user name"],
    [
      methods.length > 1,
      `you cannot specify more than one authentication method at the same time: ${methods.join(", ")}`,
    ],
    [embedsNothing, "you must specify a --client-certificate or --client-key to embed"],
  ];
  const [first] = findings.filter(([applies]) => applies);
  return first === undefined ? undefined : refuse(first[1], "set-credentials");
}

function isGiven(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

async function userChange(flags: UserFlags, cwd: string): Promise<UserChange> {
  const embed = async (what: string, path: string | undefined): Promise<string | undefined> =>
    flags.embedCerts === true && path !== undefined && path !== "" ? readEmbedded(what, path, cwd) : undefined;
  return {
    ...flags,
    clientCertificateData: await embed("client-certificate", flags.clientCertificate),
    clientKeyData: await embed("client-key", flags.clientKey),
    authProviderArgs: flags.authProviderArg,
    execArgs: flags.execArg,
    execEnv: flags.execEnv,
  };
}

function setProperty(context: ConfigContext): Command {
  const command = new Command("set").summary("set one value, such as clusters.NAME.server");
  addBoolean(command, "set-raw-bytes", "the value of a *-data field is no base64 yet");
  return addConfigAction<PropertyFlags>(command, context, async (args, flags) => {
    const [path, value] = args;
    if (path === undefined || value === undefined || args.length !== 2)
      throw refuse(`Unexpected args: ${goList(args)}`, "set");
    const property = await import("../../kubeconfig/property.ts");
    await edit(context, flags, ({ set }) => {
      property.setProperty(set, { path, rawBytes: flags.setRawBytes }, value);
    });
    return { text: `Property "${path}" set.\n`, extra: { property: path } };
  });
}

function unset(context: ConfigContext): Command {
  const command = new Command("unset").summary("remove one value, or entry, or all entries of a kind");
  return addConfigAction(command, context, async (args, flags) => {
    const [path] = args;
    if (path === undefined || args.length !== 1) throw refuse(`Unexpected args: ${goList(args)}`, "unset");
    const { unsetProperty } = await import("../../kubeconfig/property.ts");
    await edit(context, flags, ({ set }) => {
      unsetProperty(set, path);
    });
    return { text: `Property "${path}" unset.\n`, extra: { property: path } };
  });
}

/** One that can be said to be false, which is not the same as leaving it out. */
function addBoolean(command: Command, name: string, description: string): void {
  command.option(`--${name}`, description).addOption(new Option(`--no-${name}`).hideHelp());
}
