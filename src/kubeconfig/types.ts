/** Where kubeconfig text comes from: the explicit file, the KUBECONFIG list, or the home file (spec: client-go loader.go). */
export interface KubeconfigSources {
  /** `--kubeconfig`: only this file, it must exist, nothing is merged. */
  readonly explicitPath?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; relative paths in flags and in KUBECONFIG are taken from here. */
  readonly cwd: string;
}

export interface ClusterEntry {
  readonly server: string;
  readonly tlsServerName: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly certificateAuthority: string;
  /** PEM bytes, decoded from base64. */
  readonly certificateAuthorityData: Buffer | undefined;
  readonly proxyUrl: string;
  readonly disableCompression: boolean;
  /** Extension name to its raw value. */
  readonly extensions: ReadonlyMap<string, unknown>;
  /** The file this entry came from, as it was named in the list. */
  readonly origin: string;
}

export interface ExecConfig {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly apiVersion: string;
  readonly installHint: string;
  readonly provideClusterInfo: boolean;
  readonly interactiveMode: string;
}

export interface AuthProviderConfig {
  readonly name: string;
  readonly config: ReadonlyMap<string, string>;
}

export interface UserEntry {
  readonly clientCertificate: string;
  readonly clientCertificateData: Buffer | undefined;
  readonly clientKey: string;
  readonly clientKeyData: Buffer | undefined;
  readonly token: string;
  readonly tokenFile: string;
  readonly impersonate: string;
  readonly impersonateUid: string;
  readonly impersonateGroups: readonly string[];
  readonly impersonateUserExtra: ReadonlyMap<string, readonly string[]>;
  readonly username: string;
  readonly password: string;
  readonly authProvider: AuthProviderConfig | undefined;
  readonly exec: ExecConfig | undefined;
  readonly extensions: ReadonlyMap<string, unknown>;
  readonly origin: string;
}

export interface ContextEntry {
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string;
  readonly extensions: ReadonlyMap<string, unknown>;
  readonly origin: string;
}

export interface Preferences {
  readonly colors: boolean;
  readonly extensions: ReadonlyMap<string, unknown>;
}

/** One kubeconfig, or several merged. Maps keep no order that means anything. */
export interface RawConfig {
  readonly preferences: Preferences;
  readonly extensions: ReadonlyMap<string, unknown>;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
  readonly currentContext: string;
}

export interface KeyPair {
  readonly certPem: Buffer;
  readonly keyPem: Buffer;
}

export interface Impersonation {
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

/** How requests say who they are. A static credential switches exec off, as in client-go. */
export type Credentials =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "static";
      readonly bearerToken?: string | undefined;
      /** Absolute; read when connecting, re-read every 50 s, wins over `bearerToken` while readable. */
      readonly tokenFile?: string | undefined;
      readonly basic?: { readonly username: string; readonly password: string } | undefined;
      readonly clientCertificate?: KeyPair | undefined;
      /** Absolute, when both halves came from files: these are re-read, since kubelets rotate theirs. */
      readonly clientCertificateFiles?: { readonly certFile: string; readonly keyFile: string } | undefined;
    }
  | {
      readonly kind: "exec";
      /** `command` is already resolved against the kubeconfig's folder when it holds a slash. */
      readonly exec: ExecConfig;
      /** The cluster's extension `client.authentication.k8s.io/exec`, or null. */
      readonly clusterExtension: unknown;
    }
  | {
      readonly kind: "oidc";
      readonly config: ReadonlyMap<string, string>;
      /** Whose tokens they are, and the file that new ones are written to. */
      readonly userName: string;
      readonly origin: string;
      readonly clientCertificate?: KeyPair | undefined;
    };

/** Parts of a server's certificate that are not looked at. */
export interface UncheckedParts {
  /** The names in it. */
  readonly name: boolean;
  /** Its dates: it counts as presented just after it became valid. */
  readonly dates: boolean;
}

/** Everything needed to talk to one cluster: a context, resolved and validated, paths absolute. */
export interface ClientConfig {
  /** "" when in-cluster configuration is used. */
  readonly contextName: string;
  readonly clusterName: string;
  readonly userName: string;
  /** The context's namespace, else "default". */
  readonly namespace: string;
  /** The `server` string as it was written. */
  readonly server: string;
  /** Normalised `scheme://host[:port][/prefix]`, no trailing slash, no query; what requests go to. */
  readonly baseUrl: string;
  readonly tls: {
    /** PEM bundle from certificate-authority-data or from the certificate-authority file. */
    readonly caPem: Buffer | undefined;
    /** Absolute path when the CA came from a file. */
    readonly caFile: string | undefined;
    readonly insecureSkipVerify: boolean;
    readonly serverName: string | undefined;
    /** What a KubeFedCluster leaves unchecked while the chain of certificates is verified; no kubeconfig can say it. */
    readonly unchecked?: UncheckedParts | undefined;
  };
  readonly proxyUrl: string | undefined;
  readonly disableCompression: boolean;
  readonly credentials: Credentials;
  readonly impersonation: Impersonation | undefined;
}

/** Gives each request its credentials. One per ClientConfig; safe for parallel requests. */
export interface Authenticator {
  /**
   * Headers that name the caller (Authorization, Impersonate-*). May run the exec plugin: once, however many ask.
   * Over plain http client-go sends only impersonation headers, so does this.
   * @throws FedctlError CredentialUnavailable
   */
  headers(signal?: AbortSignal): Promise<Readonly<Record<string, string | readonly string[]>>>;
  /** The certificate to offer, if any; a new object when it changed. May run the exec plugin. */
  clientCertificate(signal?: AbortSignal): Promise<KeyPair | undefined>;
  /**
   * A request that carried `sent` (what `headers` returned) was answered 401. Refreshes once;
   * resolves true when a repeat of the request would carry other credentials.
   * @throws FedctlError CredentialUnavailable when the exec plugin fails
   */
  refresh(sent: Readonly<Record<string, string | readonly string[]>>, signal?: AbortSignal): Promise<boolean>;
}
