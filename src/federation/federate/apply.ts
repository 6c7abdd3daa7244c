import { ExitCode, FedctlError, hasCode } from "../../errors.ts";
import type { KubeApi } from "../../kube/kube-api.ts";
import type { FederationDeps } from "../deps.ts";
import { forEachInParallel } from "./in-parallel.ts";
import type { FederatePlan, FederateStep } from "./plan.ts";
import { writeFederatedObject } from "./write-object.ts";

/** As many as a connection carries at once; more would only wait, and hold their objects in memory. */
const writesInFlight = 100;

/**
 * Writes the planned objects: first the one that was named, then its contents, several at a time. A content that fails does
 * not stop the others; a server that cannot be reached does.
 * @throws FedctlError of the named object; PartlyFailed when contents are missing; Interrupted
 */
export async function applyFederation(
  plan: FederatePlan,
  api: KubeApi,
  deps: Pick<FederationDeps, "report">,
): Promise<void> {
  const { report } = deps;
  const total = 1 + plan.contents.length;
  let done = 0;
  const write = async (step: FederateStep): Promise<void> => {
    await writeFederatedObject(api, step, report);
    done += 1;
    report.progress("federating", { done, total });
  };
  await write(plan.subject);
  const failures: FedctlError[] = [];
  try {
    await forEachInParallel(plan.contents, writesInFlight, async (step) => {
      await write(step).catch((error: unknown) => failures.push(requireOwnFailure(error)));
    });
  } catch (error) {
    if (!(error instanceof FedctlError) || hasCode(error, "Interrupted")) throw error;
    failures.unshift(error);
  }
  if (failures.length > 0) throw partlyFailed(failures, { done, total });
}

/** Failures behind which every other request would fail too. */
const ofEveryObject = [
  "Interrupted",
  "ServerUnreachable",
  "ServerTLSFailure",
  "ServerUnauthorized",
  "CredentialUnavailable",
] as const;

function requireOwnFailure(error: unknown): FedctlError {
  if (!(error instanceof FedctlError) || hasCode(error, ...ofEveryObject)) throw error;
  return error;
}

const named = 3;

function partlyFailed(
  failures: readonly FedctlError[],
  { done, total }: { readonly done: number; readonly total: number },
): FedctlError {
  const more = failures.length > named ? `; and ${failures.length - named} more` : "";
  const texts = failures.slice(0, named).map(({ message }) => message);
  return new FedctlError(
    "PartlyFailed",
    `${total - done} of ${total} federated objects were not written: ${texts.join("; ")}${more}`,
    {
      exitCode: ExitCode.PartlyFailed,
      cause: failures[0],
      hint: "run the same command again to write the missing ones",
    },
  );
}
