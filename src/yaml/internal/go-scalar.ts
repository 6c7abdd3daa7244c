const words: ReadonlyMap<string, boolean | number | null> = new Map<string, boolean | number | null>([
  ...keyed(true, "y Y yes Yes YES true True TRUE on On ON"),
  ...keyed(false, "n N no No NO false False FALSE off Off OFF"),
  ...keyed(null, "~ null Null NULL"),
  ["", null],
  ...keyed(Number.NaN, ".nan .NaN .NAN"),
  ...keyed(Number.POSITIVE_INFINITY, ".inf .Inf .INF +.inf +.Inf +.INF"),
  ...keyed(Number.NEGATIVE_INFINITY, "-.inf -.Inf -.INF"),
]);

function keyed<T>(value: T, spellings: string): readonly (readonly [string, T])[] {
  return spellings.split(" ").map((spelling) => [spelling, value] as const);
}

const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]*|[1-9][0-9]*)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const int64Min = -(2n ** 63n);
const uint64Max = 2n ** 64n - 1n;

/**
 * What a plain scalar means to client-go's YAML parser: YAML 1.1 words, Go's integer literals (`0o17`, `0b1`, `012`, `1_000`)
 * and floats; dates and `1:30` are strings. Integers come as bigint.
 */
export function resolveGoScalar(source: string): boolean | number | bigint | string | null {
  const word = words.get(source);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(source)) return source;
  // Go strips underscores from numbers, but not from those that start with a dot.
  const plain = source.startsWith(".") ? source : source.replaceAll("_", "");
  const whole = integer.test(plain) ? goInteger(plain) : undefined;
  if (whole !== undefined) return whole;
  const fraction = float.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(fraction) ? fraction : source;
}

/** undefined beyond 64 bits. */
function goInteger(plain: string): bigint | undefined {
  const digits = plain.replace(/^[-+]/, "").toLowerCase();
  if (digits === "0o") return undefined;
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits);
  const value = plain.startsWith("-") ? -magnitude : magnitude;
  const limit = /^[-+]/.test(plain) ? 2n ** 63n - 1n : uint64Max;
  return value >= int64Min && value <= limit ? value : undefined;
}
