import { TextError } from "./text-error.ts";

const alphabet = /[A-Za-z0-9+/]/;
/** Of a text of whole quanta; one expression that counts them takes ten times as long. */
const complete = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Decodes as Go's base64.StdEncoding does: padding required, line breaks ignored, nothing else tolerated.
 * @throws TextError with Go's words and offset
 */
export function decodeGoBase64(text: string): Buffer {
  const compact = text.replace(/[\r\n]/g, "");
  if (compact.length % 4 !== 0 || !complete.test(compact))
    throw new TextError(`illegal base64 data at input byte ${corruptAt(text)}`);
  return Buffer.from(compact, "base64");
}

/** Where Go's decoder stops: at the first foreign byte or misplaced padding, or at the end of an unfinished quantum. */
function corruptAt(text: string): number {
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  let digits = 0;
  for (let at = 0; at < bytes.length; at++) {
    const char = bytes.charAt(at);
    if (char === "\n" || char === "\r") continue;
    if (char === "=") return corruptPadding(bytes, at, digits % 4);
    if (!alphabet.test(char)) return at;
    digits++;
  }
  return bytes.length - (digits % 4);
}

function corruptPadding(bytes: string, at: number, digits: number): number {
  if (digits < 2) return at;
  const next = skipLineBreaks(bytes, at + 1);
  if (digits === 3 || next === bytes.length) return next;
  return bytes.charAt(next) === "=" ? skipLineBreaks(bytes, next + 1) : next - 1;
}

function skipLineBreaks(bytes: string, from: number): number {
  let at = from;
  while (bytes.charAt(at) === "\n" || bytes.charAt(at) === "\r") at++;
  return at;
}
