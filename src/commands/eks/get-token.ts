import { Command, Option } from "commander";
import { addAwsFlags, type AwsFlags } from "./aws-flags.ts";
import { type GetTokenFlags, printToken, type TokenDeps } from "./get-token-line.ts";

export function getTokenCommand(deps: TokenDeps): Command {
  const command = new Command("get-token")
    .summary("print the credential that kubectl logs in to an EKS cluster with")
    .option("--cluster-name <name>", "name of the cluster")
    .option("--cluster-id <id>", "id of a local cluster on an Outpost")
    .option("--role-arn <arn>", "role to assume for the token")
    .addOption(new Option("--role <arn>").hideHelp());
  return addAwsFlags(command).action(async (flags: GetTokenFlags & AwsFlags) => {
    await printToken(flags, deps);
  });
}
