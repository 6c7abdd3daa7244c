/** What there is to know of a running cluster: plain data, so that it can be handed to another process. */
export interface ClusterDetails {
  /** Also the name of its context, its cluster and its user in every kubeconfig. */
  readonly name: string;
  /** `https://127.0.0.1:<port>` */
  readonly server: string;
  /** A kubeconfig with this cluster alone, as its administrator (a client certificate in system:masters). */
  readonly kubeconfigPath: string;
  readonly caPem: string;
  readonly caKeyPem: string;
  readonly adminCertificatePem: string;
  readonly adminKeyPem: string;
  /** A bearer token in system:masters. */
  readonly adminToken: string;
  /** A bearer token of the user `guest`, who may do no more than any authenticated user. */
  readonly guestToken: string;
  readonly logDir: string;
  /** The version of Kubernetes, as in `v1.34.4`. */
  readonly version: string;
}
