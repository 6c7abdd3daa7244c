import type { Command } from "commander";
import type { DiffOptions } from "../engine/diff.ts";
import { ExitCode, FedctlError } from "../errors.ts";
import { given, type HostFlags, hostOptions } from "./shared-options.ts";

/** Which federated objects a pass is to look at. */
export interface SelectionFlags extends HostFlags {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
}

export function addSelection(command: Command): Command {
  return command
    .argument("[type]", "type of the objects, or of their federated objects (default: all types)")
    .argument("[name]", "name of one object")
    .option("-n, --namespace <namespace>", "only what is in this namespace")
    .option("-A, --all-namespaces", "all namespaces (the default)");
}

/** @throws FedctlError Usage */
export function selectionOptions(
  { type, name }: { readonly type: string | undefined; readonly name: string | undefined },
  flags: SelectionFlags,
): DiffOptions {
  const namespace = given(flags.namespace);
  if (flags.allNamespaces === true && namespace !== undefined) {
    throw usage("--all-namespaces and --namespace exclude each other", "leave out one of them");
  }
  const wrong = [",", "/"].find((sign) => type?.includes(sign) === true);
  if (wrong === ",") throw usage(`"${type ?? ""}" is not one type`, "name one type, or none for all");
  if (wrong === "/") throw usage(`"${type ?? ""}" is no type`, "name type and object apart: TYPE NAME");
  return { ...hostOptions(flags), type: given(type), name: given(name), namespace };
}

function usage(message: string, hint: string): FedctlError {
  return new FedctlError("Usage", message, { exitCode: ExitCode.Usage, hint });
}
