import { Command } from "commander";
import { FedctlError } from "../../errors.ts";
import type { RawConfig } from "../../kubeconfig/types.ts";
import { given } from "../shared-options.ts";
import {
  addConfigAction,
  type ConfigContext,
  type ConfigFlags,
  type ConfigOutcome,
  refuse,
  sourcesOf,
} from "./run-config.ts";

interface GetContextsFlags extends ConfigFlags {
  readonly output?: string;
  readonly headers?: boolean;
  readonly noHeaders?: boolean;
}

export function listCommands(context: ConfigContext): Command[] {
  const load = async (flags: ConfigFlags): Promise<RawConfig> => {
    const { loadKubeconfig } = await import("../../kubeconfig/load.ts");
    return (await loadKubeconfig(sourcesOf(flags, context.deps), { mayBeMissing: true })).raw;
  };
  const getContexts = new Command("get-contexts")
    .alias("contexts")
    .alias("get-context")
    .summary("list contexts; -o wide adds server, kind of credentials and file")
    .option("-o, --output <format>", "name, wide or json")
    .option("--no-headers", "no line of headings");
  const names = (command: string, list: (raw: RawConfig) => Iterable<string>): Command =>
    addConfigAction(
      new Command(command).summary(`list the names of ${command.slice(4)}`),
      context,
      async (_, flags) => {
        const found = [...list(await load(flags))];
        return { text: ["NAME", ...found].map((name) => `${name}\n`).join(""), extra: { names: found } };
      },
    );
  return [
    addConfigAction<GetContextsFlags>(getContexts, context, async (args, flags) =>
      listContexts(args, flags, await load(flags)),
    ),
    names("get-clusters", (raw) => raw.clusters.keys()),
    names("get-users", (raw) => raw.users.keys()),
    addConfigAction(new Command("current-context").summary("print the current context"), context, async (_, flags) => {
      const { currentContext } = await load(flags);
      if (currentContext === "") {
        throw new FedctlError("ContextNotFound", "current-context is not set", {
          hint: 'set it with "fedctl config use-context NAME"',
        });
      }
      return { text: `${currentContext}\n`, extra: { currentContext } };
    }),
  ];
}

async function listContexts(args: readonly string[], flags: GetContextsFlags, raw: RawConfig): Promise<ConfigOutcome> {
  const format = given(flags.output) ?? "";
  if (!["", "name", "wide", "json"].includes(format)) {
    throw refuse(
      `--output ${format} is not available in kubectl config get-contexts; resetting to default output format`,
      "get-contexts",
    );
  }
  const asked = args.length === 0 ? [...raw.contexts.keys()] : args;
  const missing = asked.filter((name) => !raw.contexts.has(name));
  const { byteOrder } = await import("../../kubeconfig/byte-order.ts");
  const { describeContext } = await import("../../kubeconfig/describe-context.ts");
  const rows = asked.flatMap((name) => describeContext(raw, name) ?? []).toSorted((a, b) => byteOrder(a.name, b.name));
  const failure = missing.length === 0 ? undefined : contextsMissing(missing);
  const extra = { contexts: rows };
  if (format === "json") return { text: `${JSON.stringify(rows, null, 2)}\n`, extra, failure };
  if (format === "name") return { text: rows.map(({ name }) => `${name}\n`).join(""), extra, failure };
  const table = rows.map(({ current, name, cluster, user, namespace, server, auth, file }) => {
    const cells = [current ? "*" : "", name, cluster, user, namespace];
    return format === "wide" ? [...cells, server, auth, file] : cells;
  });
  const head = [
    "CURRENT",
    "NAME",
    "CLUSTER",
    "AUTHINFO",
    "NAMESPACE",
    ...(format === "wide" ? ["SERVER", "AUTH", "FILE"] : []),
  ];
  return { text: goTable(flags.headers === false ? table : [head, ...table]), extra, failure };
}

/** kubectl's columns: at least 10 wide, three apart, the last one as it is. */
function goTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => {
    let width = 3;
    for (const row of rows) width = Math.max(width, (row[column] ?? "").length);
    return Math.max(width + 3, 6);
  });
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - cell.length),
      )
      .join("");
  return rows.map((row) => `${line(row)}\n`).join("");
}

function contextsMissing(names: readonly string[]): FedctlError {
  const messages = names.map((name) => `context ${name} not found`);
  // As client-go prints several errors as one: a script reads one error a line.
  const message = messages.length === 1 ? messages.join() : `[${messages.join(", ")}]`;
  return new FedctlError("ContextNotFound", message, { hint: 'list all with "fedctl config get-contexts"' });
}
