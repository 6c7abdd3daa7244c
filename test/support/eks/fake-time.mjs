// Preloaded with NODE_OPTIONS=--import: the clock of a recording, for the program alone.
const at = Date.parse(`${process.env.RECORDED_TIME.replace(" ", "T")}Z`);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(at);
    else super(...parts);
  }
  static now() {
    return at;
  }
};
