// Addresses of the Internet: who counts as one client, and who is named in a list of addresses and networks.

import { BlockList, isIP, isIPv6 } from "node:net";

/** An IPv4 address, or the /64 network that one IPv6 subscriber has. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  return isIPv6(address) ? groupsOf(address).slice(0, 4).join(":") : address;
}

/** A site has the limits of this number of its networks. */
export const networksPerSite = 8;

/** The /48 that a provider gives to one site, which has 65 536 networks in it; undefined for IPv4. */
export function siteOf(address: string): string | undefined {
  if (!address.includes(":")) return undefined;
  const network = networkOf(address);
  return isIPv6(address) && !network.includes(".")
    ? `site ${groupsOf(address).slice(0, 3).join(":")}`
    : undefined;
}

/** Whom a request or connection from an address counts for, and how many each may have. */
export function allowancesOf(address: string, most: number): { client: string; most: number }[] {
  const site = siteOf(address);
  const ofNetwork = { client: networkOf(address), most };
  return site === undefined ? [ofNetwork] : [ofNetwork, { client: site, most: most * networksPerSite }];
}

function groupsOf(address: string): string[] {
  const [head = "", tail = ""] = address.split("::");
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => "0");
  return [...groups(head), ...zeros, ...groups(tail)].map((group) => Number.parseInt(group, 16).toString(16));
}

/** Such as `10.0.0.7` or `10.0.0.0/8`. */
export function isAddressOrNetwork(text: string): boolean {
  const { family, prefix } = partsOf(text);
  return family !== 0 && (prefix ?? 0) <= (family === 4 ? 32 : 128);
}

/** Whether an address is one of these, or in one of these networks. */
export function createIsAmong(addressesOrNetworks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const text of addressesOrNetworks) {
    const { address, family, prefix } = partsOf(text);
    list.addSubnet(address, prefix ?? (family === 4 ? 32 : 128), family === 4 ? "ipv4" : "ipv6");
  }
  return (address) => {
    const one = networkOf(address) === address ? address : address.replace(/^::ffff:(?=[\d.]+$)/i, "");
    return list.check(one, isIPv6(one) ? "ipv6" : "ipv4");
  };
}

const isPrivateAddress = createIsAmong([
  ...["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"],
  ...["::1", "fc00::/7", "fe80::/10"],
]);

/** This machine, a private network, or a name that the public DNS does not have (RFC 6761, RFC 9476). */
export function isPrivateHost(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "");
  if (isIP(name) !== 0) return isPrivateAddress(name);
  return !name.includes(".") || /\.(?:localhost|local|internal|test|home\.arpa|lan)$/i.test(name);
}

function partsOf(text: string): { address: string; family: number; prefix: number | undefined } {
  const [, address = "", prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  return { address, family: isIP(address), prefix: prefix === undefined ? undefined : Number(prefix) };
}
