import type { Command } from "commander";
import { ExitCode, FedctlError } from "../../errors.ts";
import type { OrphaningSelection } from "../../federation/orphaning/options.ts";
import { given, type HostFlags, hostOptions } from "../shared-options.ts";

/** Flags of all three commands. */
export interface SelectionFlags extends HostFlags {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly all?: boolean;
  readonly selector?: string;
}

export function addSelection(command: Command): Command {
  return command
    .argument("<type>", "the federated type, such as federatedconfigmaps")
    .argument("[names...]", "names of federated objects")
    .option("-n, --namespace <namespace>", "namespace of the objects (default: that of the host context)")
    .option("-l, --selector <labels>", "the objects with these labels, instead of names")
    .option("--all", "all objects of the namespace, instead of names")
    .option("-A, --all-namespaces", "the objects of all namespaces, instead of names");
}

/** @throws FedctlError Usage when nothing, or two things at once, are chosen */
export function selectionOf(type: string, names: readonly string[], flags: SelectionFlags): OrphaningSelection {
  const { all = false, allNamespaces = false } = flags;
  const [namespace, labelSelector] = [given(flags.namespace), given(flags.selector)];
  const byFlag = flagOf({ all, allNamespaces, labelSelector });
  if (names.length === 0 && byFlag === undefined) {
    throw usage(
      "missing required argument 'names'",
      "name an object, or choose with --selector, --all or --all-namespaces",
    );
  }
  if (names.length > 0 && byFlag !== undefined) throw usage(`names and ${byFlag} cannot be combined`, leaveOut);
  if (names.includes("")) throw usage("an object's name is empty", "is a variable of the script not set?");
  if (allNamespaces && namespace !== undefined)
    throw usage("--namespace and --all-namespaces cannot be combined", leaveOut);
  return { ...hostOptions(flags), type, names, namespace, allNamespaces, labelSelector };
}

const leaveOut = "leave out one of them";

function flagOf(
  flags: Pick<SelectionFlags, "all" | "allNamespaces"> & { labelSelector?: string | undefined },
): string | undefined {
  if (flags.labelSelector !== undefined) return "--selector";
  if (flags.allNamespaces === true) return "--all-namespaces";
  return flags.all === true ? "--all" : undefined;
}

function usage(message: string, hint: string): FedctlError {
  return new FedctlError("Usage", message, { exitCode: ExitCode.Usage, hint });
}
