import { ExitCode, FedctlError } from "../errors.ts";
import { type AwsDeps, type AwsOptions, endpointOf, openAwsSession } from "./aws-session.ts";
import { execAnswerVersion } from "./exec-info.ts";
import { stsPlace } from "./region.ts";
import { sessionKeys } from "./session-keys.ts";
import { longestToken, signToken } from "./token.ts";

export interface GetTokenOptions extends AwsOptions {
  readonly clusterName?: string | undefined;
  readonly clusterId?: string | undefined;
  readonly roleArn?: string | undefined;
}

export interface GetTokenResult {
  /** The ExecCredential, laid out as aws prints it. */
  readonly document: string;
  readonly warnings: readonly string[];
}

/** Makes the ExecCredential that kubectl asks its plugin for. @throws FedctlError */
export async function getToken(options: GetTokenOptions, deps: AwsDeps): Promise<GetTokenResult> {
  const cluster = requireCluster(options);
  const session = openAwsSession(options, deps);
  const own = await sessionKeys(session);
  const keys = options.roleArn === undefined ? own : await roleKeys(options.roleArn);
  const { apiVersion, warning } = execAnswerVersion(deps.env["KUBERNETES_EXEC_INFO"]);
  const { text, expiresAt } = signToken({
    keys,
    cluster,
    ...stsPlace(session.place, endpointOf("sts", session)),
    now: new Date(deps.now()),
  });
  const status = { expirationTimestamp: expiresAt.toISOString().replace(/\.\d+Z$/, "Z"), token: text };
  const document = `${JSON.stringify({ kind: "ExecCredential", apiVersion, spec: {}, status }, null, 4)}\n\n`;
  const tooLong = `the token has ${text.length} bytes, clusters take ${longestToken}: use a role with a shorter session token`;
  const warnings = [...(warning === undefined ? [] : [warning]), ...(text.length > longestToken ? [tooLong] : [])];
  return { document, warnings };

  async function roleKeys(roleArn: string): Promise<typeof own> {
    const { assumeRoleCached } = await import("./assume-role.ts");
    return assumeRoleCached({ roleArn, sessionName: "EKSGetTokenAuth" }, own, session);
  }
}

function requireCluster({ clusterName, clusterId, roleArn }: GetTokenOptions): string {
  const hint = 'see "fedctl eks get-token --help"';
  const name = clusterName ?? "";
  const id = clusterId ?? "";
  if (name !== "" && id !== "") {
    throw new FedctlError("Usage", "--cluster-name and --cluster-id exclude each other", {
      exitCode: ExitCode.Usage,
      hint,
    });
  }
  if (name === "" && id === "") {
    throw new FedctlError("Usage", "either --cluster-name or --cluster-id must be given", {
      exitCode: ExitCode.Usage,
      hint,
    });
  }
  if (roleArn === "")
    throw new FedctlError("Usage", "--role-arn must not be empty", { exitCode: ExitCode.Usage, hint });
  return name === "" ? id : name;
}
