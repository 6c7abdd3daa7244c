import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Authenticator, ClientConfig } from "../../kubeconfig/types.ts";
import type { Call } from "./call.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Lifetime } from "./lifetime.ts";
import type { Limiter } from "./limiter.ts";
import type { Transport } from "./transport.ts";
import { readWarnings } from "./warning-header.ts";
import { WireFailure, type WireAnswer, type WireHeaders } from "./wire.ts";

export interface RequestInfo {
  readonly method: string;
  readonly url: string;
  /** 0 when no answer came. */
  readonly status: number;
  readonly ms: number;
}

export interface SenderOptions {
  readonly config: ClientConfig;
  readonly endpoint: Endpoint;
  readonly authenticator: Authenticator;
  readonly transport: Transport;
  readonly limiter: Limiter;
  readonly userAgent: string;
  readonly onRequest?: ((info: RequestInfo) => void) | undefined;
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** One request and its answer. */
export interface Sent {
  readonly answer: WireAnswer;
  /** The body; "" while it is left to be read as a stream. */
  readonly text: string;
  /** The very object that the authenticator gave: it knows it by identity. */
  readonly credentials: WireHeaders;
}

export interface SendOnce {
  readonly call: Call;
  /** From the root of the host. */
  readonly path: string;
  readonly lifetime: Lifetime;
  /** Leave the body of a good answer alone. */
  readonly isStream: boolean;
}

const unzip = promisify(gunzip);

/** Returns what sends one request, once, when its turn has come. @throws WireFailure, FedctlError, or the signal's reason */
export function createSender(options: SenderOptions): (once: SendOnce) => Promise<Sent> {
  const { authenticator, transport, limiter, endpoint, onRequest } = options;
  const warn = warnOnce(options.onWarning);
  return async ({ call, path, lifetime, isStream }) => {
    const { signal } = lifetime;
    await limiter.enter(signal);
    const startedMs = performance.now();
    let status = 0;
    try {
      const credentials = await authenticator.headers(signal);
      const certificate = endpoint.secure ? await authenticator.clientCertificate(signal) : undefined;
      // Not before: a person may be logging in to the credential plugin.
      lifetime.startTimer();
      const headers = { ...requestHeaders(options, call, isStream), ...credentials };
      const answer = await transport.send({ method: call.method, path, headers, body: call.body, signal }, certificate);
      status = answer.status;
      warn(answer.headers.warning);
      if (isStream && status < 300) {
        lifetime.stopTimer();
        return { answer, text: "", credentials };
      }
      return { answer, text: await readText(answer), credentials };
    } finally {
      limiter.leave();
      onRequest?.({ method: call.method, url: `${endpoint.origin}${path}`, status, ms: performance.now() - startedMs });
    }
  };
}

function requestHeaders({ config, userAgent }: SenderOptions, call: Call, isStream: boolean): WireHeaders {
  return {
    accept: call.accept ?? "application/json",
    "user-agent": userAgent,
    ...(!config.disableCompression && !isStream && { "accept-encoding": "gzip" }),
    ...(call.body !== undefined && { "content-type": call.contentType ?? "application/json" }),
  };
}

async function readText(answer: WireAnswer): Promise<string> {
  const bytes = await answer.collect();
  if (answer.headers["content-encoding"] !== "gzip" || bytes.length === 0) return bytes.toString("utf8");
  try {
    return (await unzip(bytes)).toString("utf8");
  } catch (cause) {
    throw new WireFailure("unexpected EOF in a compressed answer", { stage: "lost", cause });
  }
}

/** A server repeats its warnings with every answer; a person reads each text once. */
function warnOnce(onWarning: ((text: string) => void) | undefined): (header: string | undefined) => void {
  const said = new Set<string>();
  return (header) => {
    if (header === undefined) return;
    for (const text of readWarnings(header)) {
      if (said.has(text)) continue;
      said.add(text);
      onWarning?.(text);
    }
  };
}
