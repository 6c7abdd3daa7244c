import { isRecord } from "../federation/json-data.ts";

/** Tells whether labels match. */
export type LabelMatcher = (labels: Readonly<Record<string, string>>) => boolean;

/** A selector that no server would take, in words. */
export class InvalidSelectorError extends Error {
  override readonly name = "InvalidSelectorError";
}

/**
 * Reads a metav1.LabelSelector: null or absent matches nothing, an empty one everything.
 * @throws InvalidSelectorError
 */
export function labelMatcher(selector: unknown): LabelMatcher {
  if (selector === undefined || selector === null) return () => false;
  if (!isRecord(selector)) throw new InvalidSelectorError("the cluster selector is no object");
  const requirements = [...labelRequirements(selector["matchLabels"]), ...expressions(selector["matchExpressions"])];
  return (labels) => requirements.every((holds) => holds(labels));
}

function labelRequirements(matchLabels: unknown): readonly LabelMatcher[] {
  if (!isRecord(matchLabels)) return [];
  return Object.entries(matchLabels).map(([key, value]) => requirement(key, "In", [value]));
}

function expressions(matchExpressions: unknown): readonly LabelMatcher[] {
  if (!Array.isArray(matchExpressions)) return [];
  return matchExpressions.map((expression: unknown) => {
    const { key, operator, values } = isRecord(expression) ? expression : {};
    return requirement(
      typeof key === "string" ? key : "",
      typeof operator === "string" ? operator : "",
      Array.isArray(values) ? values : [],
    );
  });
}

function requirement(key: string, operator: string, values: readonly unknown[]): LabelMatcher {
  if (!isLabelKey(key)) throw new InvalidSelectorError(`"${key}" is no label key`);
  const wrong = values.find((value) => !isLabelValue(value));
  if (wrong !== undefined) throw new InvalidSelectorError(`${JSON.stringify(wrong)} is no value of label "${key}"`);
  const read = readLabel(key);
  switch (operator) {
    case "In":
      requireValues(key, operator, values);
      return (labels) => values.includes(read(labels));
    case "NotIn":
      requireValues(key, operator, values);
      return (labels) => !values.includes(read(labels));
    case "Exists":
      requireNoValues(key, operator, values);
      return (labels) => read(labels) !== undefined;
    case "DoesNotExist":
      requireNoValues(key, operator, values);
      return (labels) => read(labels) === undefined;
    default:
      throw new InvalidSelectorError(`"${operator}" is no operator of a label selector`);
  }
}

function readLabel(key: string): (labels: Readonly<Record<string, string>>) => string | undefined {
  return (labels) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
}

function requireValues(key: string, operator: string, values: readonly unknown[]): void {
  if (values.length === 0) throw new InvalidSelectorError(`operator ${operator} of label "${key}" has no values`);
}

function requireNoValues(key: string, operator: string, values: readonly unknown[]): void {
  if (values.length > 0) throw new InvalidSelectorError(`operator ${operator} of label "${key}" takes no values`);
}

const labelName = /^([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;
const labelPrefix = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function isLabelKey(key: string): boolean {
  const parts = key.split("/");
  const [first = "", second] = parts;
  if (second === undefined) return labelName.test(first);
  return parts.length === 2 && first.length <= 253 && labelPrefix.test(first) && labelName.test(second);
}

function isLabelValue(value: unknown): boolean {
  return typeof value === "string" && (value === "" || labelName.test(value));
}
