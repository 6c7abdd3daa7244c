/** DER (X.690), as much of it as a certificate needs. */

const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
};

function encode(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), encodeLength(body.length), body]);
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

export const sequence = (...members: readonly Buffer[]): Buffer => encode(tags.sequence, ...members);
export const set = (...members: readonly Buffer[]): Buffer => encode(tags.set, ...members);
export const octetString = (bytes: Buffer): Buffer => encode(tags.octetString, bytes);
export const utf8String = (text: string): Buffer => encode(tags.utf8String, Buffer.from(text));
export const boolean = (value: boolean): Buffer => Buffer.from([0x01, 0x01, value ? 0xff : 0x00]);
/** A context-specific element: explicit wrapper (`constructed`) or implicit value. */
export const tagged = (number: number, constructed: boolean, ...contents: readonly Buffer[]): Buffer =>
  encode(0x80 | (constructed ? 0x20 : 0) | number, ...contents);

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Buffer): Buffer {
  const positive = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return encode(tags.integer, positive);
}

/** A bit string; `unusedBits` counts the bits of the last byte that do not belong to it. */
export const bitString = (bytes: Buffer, unusedBits = 0): Buffer =>
  encode(tags.bitString, Buffer.from([unusedBits]), bytes);

/** A generalised or UTC time, whichever RFC 5280 asks for (UTC until 2049). */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, "");
  return date.getUTCFullYear() < 2050 ? encode(0x17, Buffer.from(digits.slice(2))) : encode(0x18, Buffer.from(digits));
}

/** An object identifier such as "2.5.4.3". */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return encode(tags.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
