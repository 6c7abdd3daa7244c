export interface ExecAnswerVersion {
  /** Version of the ExecCredential that the client expects. */
  readonly apiVersion: string;
  readonly warning?: string | undefined;
}

const group = "client.authentication.k8s.io";
const fallback = `${group}/v1beta1`;

/** Reads KUBERNETES_EXEC_INFO, which clients set for their plugins; whatever it holds, there is an answer. */
export function execAnswerVersion(info: string | undefined): ExecAnswerVersion {
  if (info === undefined || info === "") return { apiVersion: fallback };
  let parsed: unknown;
  try {
    parsed = JSON.parse(info);
  } catch {
    return {
      apiVersion: fallback,
      warning: `KUBERNETES_EXEC_INFO is not JSON, answering ${fallback}: update your Kubernetes client`,
    };
  }
  const asked = typeof parsed === "object" && parsed !== null && "apiVersion" in parsed ? parsed.apiVersion : undefined;
  if (asked === `${group}/v1` || asked === fallback) return { apiVersion: asked };
  if (asked === `${group}/v1alpha1`) {
    const warning = `the kubeconfig user asks for the deprecated ${group}/v1alpha1: run "fedctl eks update-kubeconfig" to update it`;
    return { apiVersion: asked, warning };
  }
  return {
    apiVersion: fallback,
    warning: `KUBERNETES_EXEC_INFO asks for no known API version, answering ${fallback}: update fedctl`,
  };
}
