import { isRecord } from "../json-data.ts";
import type { Secret } from "../../kube/objects.ts";

/** The service account that a token was made for. */
export interface TokenOwner {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly uid: string;
}

/**
 * Whose token a credential holds, as the token itself says; undefined for what is no service account token. Nothing is verified: who
 * could forge one could as well write the secret. Pure.
 */
export function tokenOwner({ data }: Secret): TokenOwner | undefined {
  const token = Buffer.from(data?.["token"] ?? "", "base64").toString("utf8");
  const claims = parseClaims(token.split(".")[1]);
  if (claims === undefined) return undefined;
  const prefix = "kubernetes.io/serviceaccount";
  const [namespace, serviceAccount, uid] = ["namespace", "service-account.name", "service-account.uid"].map(
    (field) => claims[`${prefix}/${field}`],
  );
  const isWhole = typeof namespace === "string" && typeof serviceAccount === "string" && typeof uid === "string";
  return isWhole ? { namespace, serviceAccount, uid } : undefined;
}

function parseClaims(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
    return isRecord(claims) ? claims : undefined;
  } catch {
    // Not a JSON web token.
    return undefined;
  }
}
