import { connect as connectTcp, isIP, type Socket } from "node:net";
import {
  connect as connectTls,
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import { FedctlError } from "../../errors.ts";
import type { ClientConfig, KeyPair, UncheckedParts } from "../../kubeconfig/types.ts";
import type { Endpoint } from "./endpoint.ts";
import { dialFailure, tlsFailure } from "./go-words.ts";
import { checkIdentity } from "./identity.ts";
import { checkChainAtIssue } from "./chain-at-issue.ts";
import { chooseProxy, type Environment, type Proxy } from "./proxy-choice.ts";
import { openHttpTunnel, openSocksTunnel } from "./proxy-tunnel.ts";
import { awaitSocketEvent } from "./socket-events.ts";
import { trustedCertificates } from "./trust.ts";
import { WireFailure } from "./wire.ts";

// What client-go allows itself.
const connectTimeoutMs = 30_000;
const handshakeTimeoutMs = 10_000;
const keepAliveMs = 30_000;

export interface DialedSocket {
  readonly socket: Socket;
  /** What ALPN agreed on; undefined: nothing, so HTTP/1.1. */
  readonly protocol: string | undefined;
}

/** What of a connection's settings says how the server is reached. */
export type DialConfig = Pick<ClientConfig, "tls" | "proxyUrl" | "userName">;

export interface Dialer {
  /** The http proxy that is to be spoken to in absolute form: only for plain http servers. */
  readonly forwardProxy: Proxy | undefined;
  /** @throws WireFailure "dial", FedctlError for unusable certificates and keys, or the signal's reason */
  dial(certificate: KeyPair | undefined, protocols: readonly string[], signal: AbortSignal): Promise<DialedSocket>;
}

/** Opens sockets to one server, through the proxy that is set for it. */
export function createDialer(endpoint: Endpoint, config: DialConfig, env: Environment): Dialer {
  const proxy = chooseProxy(endpoint, config.proxyUrl, env);
  const forwardProxy = !endpoint.secure && proxy?.scheme.startsWith("http") === true ? proxy : undefined;
  const contextFor = secureContexts(config, env);
  return {
    forwardProxy,
    async dial(certificate, protocols, signal) {
      const opening = connect(proxy ?? endpoint, proxy !== undefined, signal);
      // Built while the network is at it: on Node 20 the first context takes 15 ms.
      const context = prepare(() => contextFor(certificate));
      const plain = await opening;
      try {
        const tls = { insecure: config.tls.insecureSkipVerify, signal, context };
        const near = proxy === undefined ? plain : await reachThrough(proxy, { socket: plain, endpoint, tls });
        if (!endpoint.secure) return { socket: near, protocol: undefined };
        const host = config.tls.serverName ?? endpoint.host;
        const socket = await startTls(near, { ...tls, host, protocols, unchecked: config.tls.unchecked });
        requireChainAtIssue(socket, { host, config, env });
        return { socket, protocol: socket.alpnProtocol === false ? undefined : (socket.alpnProtocol ?? undefined) };
      } catch (error) {
        plain.destroy();
        throw error;
      }
    },
  };
}

/** Runs now, throws when asked for the result: a failure must not leave the socket that is being opened behind. */
function prepare<T>(make: () => T): () => T {
  try {
    const made = make();
    return () => made;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

async function connect(to: { host: string; port: number }, isProxy: boolean, signal: AbortSignal): Promise<Socket> {
  const { host, port } = to;
  const socket = connectTcp({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs });
  await awaitSocketEvent(socket, "connect", {
    signal,
    timeoutMs: connectTimeoutMs,
    failure: (cause, why) => {
      const error = why === "timeout" ? Object.assign(new Error("i/o timeout"), { code: "ETIMEDOUT" }) : cause;
      const failure = dialFailure(error ?? new Error("unexpected EOF"), host, port);
      if (!isProxy) return failure;
      const { passing } = failure;
      return new WireFailure(`proxyconnect tcp: ${failure.message}`, { stage: "dial", passing, cause });
    },
  });
  return socket;
}

interface Passage {
  /** To the proxy. */
  readonly socket: Socket;
  readonly endpoint: Endpoint;
  readonly tls: Pick<TlsOptions, "insecure" | "signal" | "context">;
}

/** The socket through a proxy: a tunnel to the server, or the proxy itself where it forwards plain http. */
async function reachThrough(proxy: Proxy, { socket: plain, endpoint, tls }: Passage): Promise<Socket> {
  const { signal } = tls;
  const isTls = proxy.scheme === "https";
  const socket = isTls ? await startTls(plain, { ...tls, host: proxy.host, protocols: ["http/1.1"] }) : plain;
  if (!endpoint.secure && proxy.scheme !== "socks5") return socket;
  const onAbort = (): void => {
    socket.destroy();
  };
  const timer = setTimeout(onAbort, connectTimeoutMs);
  signal.addEventListener("abort", onAbort);
  try {
    const open = proxy.scheme === "socks5" ? openSocksTunnel : openHttpTunnel;
    await open(socket, proxy, endpoint);
    return socket;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

interface TlsOptions {
  context(): SecureContext;
  /** The name that the certificate must carry. */
  readonly host: string;
  readonly protocols: readonly string[];
  readonly insecure: boolean;
  readonly unchecked?: UncheckedParts | undefined;
  readonly signal: AbortSignal;
}

async function startTls(plain: Socket, options: TlsOptions): Promise<TLSSocket> {
  const { host, insecure, unchecked, signal } = options;
  const socket = connectTls({
    socket: plain,
    secureContext: options.context(),
    ALPNProtocols: [...options.protocols],
    // Addresses are no server names (RFC 6066).
    ...(isIP(host) === 0 && { servername: host.replace(/\.$/, "") }),
    // Said outright, or NODE_TLS_REJECT_UNAUTHORIZED would decide. Where dates do not count, the chain is checked afterwards.
    rejectUnauthorized: !insecure && unchecked?.dates !== true,
    checkServerIdentity: (_name, certificate) =>
      unchecked?.name === true ? undefined : checkIdentity(host, certificate),
  });
  await awaitSocketEvent(socket, "secureConnect", {
    signal,
    timeoutMs: handshakeTimeoutMs,
    failure: (cause, why) => {
      if (why === "timeout")
        return new WireFailure("net/http: TLS handshake timeout", { stage: "dial", kind: "timeout" });
      if (cause === undefined) return new WireFailure("unexpected EOF", { stage: "dial", passing: true });
      return tlsFailure(cause);
    },
  });
  return socket;
}

interface ChainCheck {
  readonly host: string;
  readonly config: DialConfig;
  readonly env: Environment;
}

/** For servers whose dates do not count. @throws WireFailure when the certificate was not even good when it was issued */
function requireChainAtIssue(socket: TLSSocket, { host, config: { tls }, env }: ChainCheck): void {
  if (tls.unchecked?.dates !== true || tls.insecureSkipVerify || socket.authorized) return;
  const peer = socket.getPeerCertificate(true);
  const chainFailure = checkChainAtIssue(peer, trustedCertificates(tls, env) ?? rootCertificates);
  const failure = chainFailure ?? (tls.unchecked.name ? undefined : checkIdentity(host, peer));
  if (failure !== undefined) throw tlsFailure(failure);
}

/** Parsing certificates is dear, so a context is made once for each client certificate. */
function secureContexts(config: DialConfig, env: Environment): (certificate: KeyPair | undefined) => SecureContext {
  let last: { readonly certificate: KeyPair | undefined; readonly context: SecureContext } | undefined;
  let trusted: { readonly pem: string[] | undefined } | undefined;
  return (certificate) => {
    if (last !== undefined && last.certificate === certificate) return last.context;
    trusted ??= { pem: trustedCertificates(config.tls, env) };
    last = { certificate, context: makeContext(trusted.pem, certificate, config.userName) };
    return last.context;
  };
}

function makeContext(ca: string[] | undefined, certificate: KeyPair | undefined, user: string): SecureContext {
  try {
    return createSecureContext({
      minVersion: "TLSv1.2",
      // Every certificate of the bundle is an anchor, intermediates and the server's own too.
      allowPartialTrustChain: true,
      ...(ca !== undefined && { ca }),
      ...(certificate !== undefined && { cert: certificate.certPem, key: certificate.keyPem }),
    });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const words = code.includes("KEY_VALUES_MISMATCH")
      ? "tls: private key does not match public key"
      : "tls: failed to parse private key or certificate";
    throw new FedctlError(
      "CredentialUnavailable",
      `the client certificate of user "${user}" cannot be used: ${words}`,
      {
        cause,
        hint: "look at client-certificate and client-key of that user in the kubeconfig",
      },
    );
  }
}
