// The bare limit of a first propagation: the same writes that the engine makes, and not one request more, by nothing but a keep-alive HTTPS
// client with 32 requests in flight to each server. Input (a file named in argv): {"host", "members": [{"server", "ca", "cert",
// "key"}], "namespace", "names", "data"}. For each object: the finalizer, a POST to each member, a version record and its status
// beside the object's own status.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

const inFlight = 32;
const { host, members, namespace, names, data } = JSON.parse(readFileSync(process.argv[2], "utf8"));

function clientOf({ server, ca, cert, key }) {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight, ca, cert, key });
  const send = (method, path, body, type = "application/json") =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(body);
      const headers = { "content-type": type, "content-length": Buffer.byteLength(text) };
      const call = request(new URL(path, server), { method, agent, headers });
      call.on("error", reject).on("response", (answer) => {
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.on("end", () => {
          const whole = Buffer.concat(chunks).toString();
          if (answer.statusCode < 300) resolve(JSON.parse(whole));
          else reject(new Error(`${answer.statusCode} on ${method} ${path}: ${whole}`));
        });
      });
      call.end(text);
    });
  return { send, close: () => agent.destroy() };
}

const hostClient = clientOf(host);
const memberClients = members.map(clientOf);
const federatedPath = `/apis/types.kubefed.io/v1beta1/namespaces/${namespace}/federatedconfigmaps`;
const versionsPath = `/apis/core.kubefed.io/v1alpha1/namespaces/${namespace}/propagatedversions`;
const now = new Date().toISOString().replace(/\.\d+/, "");

async function propagate(name) {
  const finalizer = { metadata: { finalizers: ["kubefed.io/sync-controller"] } };
  const { metadata } = await hostClient.send(
    "PATCH",
    `${federatedPath}/${name}`,
    finalizer,
    "application/merge-patch+json",
  );
  const labels = { "kubefed.io/managed": "true" };
  const copy = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels }, data };
  await Promise.all(
    memberClients.map((client) => client.send("POST", `/api/v1/namespaces/${namespace}/configmaps`, copy)),
  );
  await Promise.all([recordVersion(name, metadata), writeStatus(name, metadata)]);
}

async function recordVersion(name, { uid }) {
  const ownerReferences = [{ apiVersion: "types.kubefed.io/v1beta1", kind: "FederatedConfigMap", name, uid }];
  const version = {
    apiVersion: "core.kubefed.io/v1alpha1",
    kind: "PropagatedVersion",
    metadata: { name: `configmap-${name}`, namespace, ownerReferences },
  };
  const made = await hostClient.send("POST", versionsPath, version);
  const hash = "d41d8cd98f00b204e9800998ecf8427e";
  const clusterVersions = members.map((_, index) => ({ clusterName: `member-${index}`, version: "rv:1" }));
  const status = { templateVersion: hash, overridesVersion: hash, clusterVersions };
  await hostClient.send("PUT", `${versionsPath}/configmap-${name}/status`, { ...made, status });
}

async function writeStatus(name, { resourceVersion, uid }) {
  await hostClient.send("PUT", `${federatedPath}/${name}/status`, {
    apiVersion: "types.kubefed.io/v1beta1",
    kind: "FederatedConfigMap",
    metadata: { name, namespace, resourceVersion, uid },
    status: {
      observedGeneration: 1,
      conditions: [{ type: "Propagation", status: "True", lastTransitionTime: now, lastUpdateTime: now }],
      clusters: members.map((_, index) => ({ name: `member-${index}` })),
    },
  });
}

let next = 0;
async function worker() {
  while (next < names.length) await propagate(names[next++]);
}
await Promise.all(Array.from({ length: inFlight }, worker));
for (const client of [hostClient, ...memberClients]) client.close();
