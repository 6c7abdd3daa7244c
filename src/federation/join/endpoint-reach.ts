import { BlockList, isIP } from "node:net";

/** Why others may not reach an endpoint that this computer reaches. */
export interface ReachDoubt {
  readonly isLoopback: boolean;
  /** `is a loopback address`. */
  readonly what: string;
}

/**
 * Tells by its address whether an endpoint means something else, or nothing, to a controller in the host cluster. Pure.
 * A private address is doubted only beside a host at a public one: names tell nothing of the networks they are in.
 */
export function doubtReach(endpointUrl: string, hostUrl: string): ReachDoubt | undefined {
  const host = hostOf(endpointUrl);
  const what = isIP(host) === 0 ? doubtName(host) : doubtAddress(host, hostOf(hostUrl));
  return what === undefined ? undefined : { isLoopback: what === loopback, what };
}

function hostOf(url: string): string {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return host.replace(/^::ffff:([0-9a-f]+):([0-9a-f]+)$/, (_all, high: string, low: string) => {
    const bits = (parseInt(high, 16) << 16) | parseInt(low, 16);
    return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
  });
}

const loopback = "is a loopback address";
/** Names that Docker, minikube, k3d, Podman and Lima give to the computer they run on. */
const desktopName = /\.(docker|minikube|k3d|containers|lima|orb)\.(internal|local)$/;

function doubtName(name: string): string | undefined {
  const bare = name.replace(/\.$/, "");
  if (bare === "localhost" || bare.endsWith(".localhost")) return loopback;
  if (desktopName.test(bare)) return "is a name that containers of one computer alone know";
  if (/\.svc(\.cluster\.local)?$/.test(bare)) return "is a name that each cluster knows for itself";
  if (/\.(local|localdomain|lan|home\.arpa)$/.test(bare)) return "is a name of a local network";
  return bare.includes(".") ? undefined : "is a name without a domain, such as containers of one computer have";
}

function doubtAddress(address: string, host: string): string | undefined {
  if (isIn(loopbackNets, address)) return loopback;
  if (isIn(unspecifiedNets, address)) return "is no address to connect to, but one to listen on";
  if (isIn(linkLocalNets, address)) return "is a link-local address";
  const isPublicHost = isIP(host) !== 0 && !specialNets.some((nets) => isIn(nets, host));
  return isIn(privateNets, address) && isPublicHost
    ? "is a private address, while the host is at a public one"
    : undefined;
}

const loopbackNets = nets(["127.0.0.0", 8], ["::1", 128]);
const unspecifiedNets = nets(["0.0.0.0", 8], ["::", 128]);
const linkLocalNets = nets(["169.254.0.0", 16], ["fe80::", 10]);
const privateNets = nets(["10.0.0.0", 8], ["172.16.0.0", 12], ["192.168.0.0", 16], ["100.64.0.0", 10], ["fc00::", 7]);
const specialNets = [loopbackNets, unspecifiedNets, linkLocalNets, privateNets];

function nets(...subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [net, bits] of subnets) list.addSubnet(net, bits, isIP(net) === 6 ? "ipv6" : "ipv4");
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
