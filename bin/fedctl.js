#!/usr/bin/env node
const args = process.argv.slice(2);
const isQuick = args.includes("get-token")
  ? require("../dist/quick-token.cjs").quickToken(args, process.env)
  : undefined;
Promise.resolve(isQuick).then((isDone) => isDone || import("./program.mjs"));
