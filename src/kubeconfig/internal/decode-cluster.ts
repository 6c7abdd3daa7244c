import type { ClusterEntry } from "../types.ts";
import { decodeExtensions } from "./decode-extensions.ts";
import type { Fields } from "./go-decode.ts";

/** @throws TextError */
export function decodeCluster(body: Fields, origin: string): ClusterEntry {
  return {
    certificateAuthority: body.string("certificate-authority"),
    certificateAuthorityData: body.bytes("certificate-authority-data"),
    disableCompression: body.boolean("disable-compression"),
    extensions: decodeExtensions(body),
    insecureSkipTlsVerify: body.boolean("insecure-skip-tls-verify"),
    proxyUrl: body.string("proxy-url"),
    server: body.string("server"),
    tlsServerName: body.string("tls-server-name"),
    origin,
  };
}
