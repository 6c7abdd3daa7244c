#!/usr/bin/env node
const args = process.argv.slice(2);
async function start() {
  if (args.length < 2 && require("../dist/quick-help.cjs").quickHelp(args)) return;
  if (args.includes("get-token") && (await require("../dist/quick-token.cjs").quickToken(args, process.env))) return;
  const { main } = require("../dist/main.cjs");
  process.exitCode = await main(args, require("../dist/runtime.cjs").processDeps());
}
start();
