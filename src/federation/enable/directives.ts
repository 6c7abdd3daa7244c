import { ExitCode, FedctlError } from "../../errors.ts";
import { coreGroup } from "../kubefed-types.ts";

/** A type to enable, as an EnableTypeDirective or the command line names it. */
export interface EnableDirective {
  /** Plural, singular, kind, short name or group-qualified plural of the type. */
  readonly name: string;
  readonly version?: string | undefined;
  readonly federatedGroup?: string | undefined;
  readonly federatedVersion?: string | undefined;
}

const directiveKind = "EnableTypeDirective";
/** The spec says `targetVersion` where the command line says `--version`. */
const specFields = { targetVersion: "version", federatedGroup: "federatedGroup", federatedVersion: "federatedVersion" };

/**
 * Reads EnableTypeDirectives from parsed YAML documents. kubefedctl reads the first only and ignores what it does not know;
 * here a field that means nothing is refused, since it is most likely a slip of the pen (B-EN8).
 * @throws FedctlError Usage naming the document and the field
 */
export function readDirectives(documents: readonly unknown[]): readonly EnableDirective[] {
  if (documents.length === 0)
    throw usage(`the file holds no ${directiveKind}`, "name the type instead: fedctl enable TYPE");
  return documents.map((document, index) => readDirective(document, `document ${index + 1}`));
}

function readDirective(document: unknown, place: string): EnableDirective {
  const root = requireFields(document, place, ["apiVersion", "kind", "metadata", "spec"]);
  const { apiVersion, kind } = root;
  if (kind !== undefined && kind !== directiveKind) {
    throw usage(`${place} is of kind ${JSON.stringify(kind)}, not ${directiveKind}`);
  }
  if (apiVersion !== undefined && !(typeof apiVersion === "string" && apiVersion.startsWith(`${coreGroup}/`))) {
    throw usage(`${place} has apiVersion ${JSON.stringify(apiVersion)}, not ${coreGroup}/v1beta1`);
  }
  const metadataFields = ["name", "namespace", "labels", "annotations", "creationTimestamp"];
  const metadata = requireFields(root["metadata"], `metadata of ${place}`, metadataFields);
  const name = optionalText(metadata["name"], `metadata.name of ${place}`);
  if (name === undefined) throw usage(`metadata.name of ${place} is missing: it names the type to enable`);
  return { name, ...readSpec(root["spec"], place) };
}

function readSpec(value: unknown, place: string): Omit<EnableDirective, "name"> {
  if (value === undefined || value === null) return {};
  const spec = requireFields(value, `spec of ${place}`, Object.keys(specFields));
  return Object.fromEntries(
    Object.entries(specFields).flatMap(([field, option]) => {
      const text = optionalText(spec[field], `spec.${field} of ${place}`);
      return text === undefined ? [] : [[option, text]];
    }),
  );
}

function requireFields(value: unknown, place: string, known: readonly string[]): Record<string, unknown> {
  if (!isRecord(value)) throw usage(`${place} is missing or no object`);
  const stranger = Object.keys(value).find((field) => !known.includes(field));
  if (stranger !== undefined) {
    throw usage(`${place} has an unknown field "${stranger}"`, `known fields: ${known.join(", ")}`);
  }
  return value;
}

/** Empty counts as not given, as in kubefedctl. */
function optionalText(value: unknown, place: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw usage(`${place} is no string`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function usage(message: string, hint?: string): FedctlError {
  return new FedctlError("Usage", `cannot read the directives: ${message}`, { hint, exitCode: ExitCode.Usage });
}
