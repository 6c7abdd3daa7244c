import { arrayOf, type CrdSchema, int32, object, text, time } from "./kubefed-crds-schema.ts";

// The limits below are those that Kubernetes sets on the status of a Service, of which a FederatedServiceStatus holds copies.
const maxQualifiedName = 316;
const subdomain = String.raw`[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`;
const qualifiedName: CrdSchema = {
  maxLength: maxQualifiedName,
  pattern: `^(${subdomain}/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`,
  type: "string",
};

const condition = object(
  {
    lastTransitionTime: time,
    message: { maxLength: 32_768, type: "string" },
    observedGeneration: { format: "int64", minimum: 0, type: "integer" },
    reason: { maxLength: 1024, minLength: 1, pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$", type: "string" },
    status: { enum: ["True", "False", "Unknown"], type: "string" },
    type: qualifiedName,
  },
  ["lastTransitionTime", "message", "reason", "status", "type"],
);

const port = object({ error: qualifiedName, port: int32, protocol: { default: "TCP", type: "string" } }, [
  "port",
  "protocol",
]);

/** The status of a core/v1 Service. */
export const serviceStatus: CrdSchema = object({
  conditions: { ...arrayOf(condition), "x-kubernetes-list-map-keys": ["type"], "x-kubernetes-list-type": "map" },
  loadBalancer: object({
    ingress: arrayOf(
      object({ hostname: text, ip: text, ports: { ...arrayOf(port), "x-kubernetes-list-type": "atomic" } }),
    ),
  }),
});
