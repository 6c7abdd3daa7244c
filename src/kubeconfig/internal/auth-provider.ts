import type { AuthProviderConfig } from "../types.ts";

/** Why a user cannot be used, and what to do about it. */
export interface Complaint {
  readonly message: string;
  readonly hint: string;
}

const removed: Readonly<Record<string, Complaint>> = {
  gcp: {
    message:
      'The gcp auth plugin has been removed. Please use the "gke-gcloud-auth-plugin" kubectl/client-go credential plugin instead. See https://cloud.google.com/blog/products/containers-kubernetes/kubectl-auth-changes-in-gke for further details',
    hint: 'install gke-gcloud-auth-plugin and run "gcloud container clusters get-credentials" again',
  },
  azure: {
    message:
      "The azure auth plugin has been removed. Please use the https://github.com/Azure/kubelogin kubectl/client-go credential plugin instead. See https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins for further details",
    hint: 'install kubelogin and run "kubelogin convert-kubeconfig"',
  },
};

/** client-go's complaint about an auth-provider; undefined for oidc with its two mandatory settings. */
export function authProviderComplaint({ name, config }: AuthProviderConfig, userName: string): Complaint | undefined {
  if (name !== "oidc") {
    const unknown = {
      message: `no Auth Provider found for name ${JSON.stringify(name)}`,
      hint: `give user "${userName}" an exec plugin, a token or a client certificate instead of this auth-provider`,
    };
    return removed[name] ?? unknown;
  }
  const missing = ["idp-issuer-url", "client-id"].find((key) => (config.get(key) ?? "") === "");
  if (missing === undefined) return undefined;
  return {
    message: `Must provide ${missing}`,
    hint: `set ${missing} in the auth-provider config of user "${userName}"`,
  };
}
