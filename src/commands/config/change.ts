import { Command } from "commander";
import { FedctlError } from "../../errors.ts";
import type { ConfigSet } from "../../kubeconfig/config-set.ts";
import {
  addConfigAction,
  type ConfigContext,
  type ConfigFlags,
  type ConfigOutcome,
  goList,
  refuse,
  sourcesOf,
} from "./run-config.ts";

interface Edit {
  readonly set: ConfigSet;
  /** Where kubectl says that things are, though they may be in another file. */
  readonly file: string;
}

/** Runs a change under the lock. */
export async function edit<T>(context: ConfigContext, flags: ConfigFlags, change: (edit: Edit) => T): Promise<T> {
  const { destinationOf, editConfigSet } = await import("../../kubeconfig/config-set.ts");
  const sources = sourcesOf(flags, context.deps);
  const file = destinationOf(sources) ?? "";
  const { signal } = context.deps;
  return editConfigSet(sources, (set) => change({ set, file }), { signal, dryRun: flags.dryRun });
}

export function changeCommands(context: ConfigContext): Command[] {
  const remove = (kind: "cluster" | "context" | "user"): Command => {
    const command = new Command(`delete-${kind}`).summary(`remove a ${kind} from the file that defines it`);
    return addConfigAction(command, context, async (args, flags) => removeEntry(context, { kind, args, flags }));
  };
  const useContext = new Command("use-context").alias("use").summary("make a context the current one");
  const rename = new Command("rename-context").summary("give a context another name");
  return [
    addConfigAction(useContext, context, async (args, flags) => {
      const [name = ""] = args;
      if (args.length !== 1) throw refuse(`Unexpected args: ${goList(args)}`, "use-context");
      if (name === "") throw refuse("empty context names are not allowed", "use-context");
      await edit(context, flags, ({ set }) => {
        if (set.entry("contexts", name) === undefined) {
          throw new FedctlError("ContextNotFound", `no context exists with the name: "${name}"`, {
            hint: 'list all with "fedctl config get-contexts"',
          });
        }
        set.setCurrentContext(name);
      });
      return { text: `Switched to context "${name}".\n`, extra: { currentContext: name } };
    }),
    addConfigAction(rename, context, async (args, flags) => {
      const [from = "", to = ""] = args;
      if (args.length !== 2) throw refuse(`Unexpected args: ${goList(args)}`, "rename-context");
      if (to === "") throw refuse("You must specify a new non-empty context name", "rename-context");
      await edit(context, flags, (at) => {
        renameContext(at, from, to);
      });
      return { text: `Context "${from}" renamed to "${to}".\n`, extra: { from, to } };
    }),
    remove("context"),
    remove("cluster"),
    remove("user"),
  ];
}

function renameContext({ set, file }: Edit, from: string, to: string): void {
  const hint = 'list all with "fedctl config get-contexts"';
  if (set.entry("contexts", from) === undefined) {
    throw new FedctlError("ContextNotFound", `cannot rename the context "${from}", it's not in ${file}`, { hint });
  }
  if (set.entry("contexts", to) !== undefined) {
    throw new FedctlError(
      "KubeconfigInvalid",
      `cannot rename the context "${from}", the context "${to}" already exists in ${file}`,
      { hint },
    );
  }
  const wasCurrent = set.currentContext === from;
  set.renameEntry("contexts", from, to);
  if (wasCurrent) set.setCurrentContext(to);
}

interface Removal {
  readonly kind: "cluster" | "context" | "user";
  readonly args: readonly string[];
  readonly flags: ConfigFlags;
}

async function removeEntry(context: ConfigContext, { kind, args, flags }: Removal): Promise<ConfigOutcome> {
  const [name] = args;
  if (name === undefined || args.length !== 1) {
    throw refuse(kind === "user" ? "user to delete is required" : `Unexpected args: ${goList(args)}`, `delete-${kind}`);
  }
  return edit(context, flags, ({ set, file }) => {
    if (set.entry(`${kind}s`, name) === undefined) {
      throw new FedctlError("KubeconfigInvalid", `cannot delete ${kind} ${name}, not in ${file}`, {
        hint: `list all with "fedctl config get-${kind}s"`,
      });
    }
    const isActive = kind === "context" && set.currentContext === name;
    set.removeEntry(`${kind}s`, name);
    const warning =
      'warning: this removed your active context, use "fedctl config use-context" to select a different one\n';
    return {
      text: `deleted ${kind} ${name} from ${file}\n`,
      notes: isActive ? warning : undefined,
      extra: { deleted: name },
    };
  });
}
