// The bare limit: the same writes that `federate --contents` makes, by nothing but a keep-alive HTTPS client with 32 requests in flight.
// Input (a file named in argv): {"server", "ca", "cert", "key", "writes": [{"path", "body"}, ...]}. The first write is made alone, as a namespace has to be first.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

const inFlight = 32;
const { server, ca, cert, key, writes } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const agent = new Agent({ keepAlive: true, maxSockets: inFlight, ca, cert, key });

function post({ path, body }) {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const call = request(new URL(path, server), {
      method: "POST",
      agent,
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(text) },
    });
    call.on("error", reject).on("response", (answer) => {
      answer
        .resume()
        .on("end", () =>
          answer.statusCode === 201 ? resolve() : reject(new Error(`${answer.statusCode} on ${path}`)),
        );
    });
    call.end(text);
  });
}

const [first, ...rest] = writes;
await post(first);
let next = 0;
async function worker() {
  while (next < rest.length) await post(rest[next++]);
}
await Promise.all(Array.from({ length: inFlight }, worker));
agent.destroy();
