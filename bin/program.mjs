import { main } from "../dist/main.js";
import { processDeps } from "../dist/runtime.js";
process.exitCode = await main(process.argv.slice(2), processDeps());
