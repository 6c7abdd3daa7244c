/** A relay as a program: takes RelayOptions as JSON, prints its port, and runs until it is killed. */
import { startRelay } from "./relay.ts";
import type { RelayOptions } from "./relay.ts";

const options = JSON.parse(process.argv[2] ?? "{}") as RelayOptions; // Only startRelayProcess runs this.
const relay = await startRelay(options);
process.stdout.write(`${relay.port}\n`);
