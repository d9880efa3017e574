// Which addresses are on the public Internet. Sources: IANA's special-purpose registries for IPv4 and IPv6
// (RFC 6890).

import { BlockList, isIP } from "node:net";

/** Not global, not for one host, or a way to another address: none of these is the Internet. */
const notPublicV4 = [
  "0.0.0.0/8", // this host
  "10.0.0.0/8",
  "100.64.0.0/10", // carrier-grade NAT; a cloud's metadata too
  "127.0.0.0/8",
  "168.63.129.16/32", // a cloud's own services, at an address that looks public
  "169.254.0.0/16", // link-local, with the clouds' metadata
  "172.16.0.0/12",
  "192.0.0.0/24", // IETF protocols; a cloud's metadata too
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // 6to4 relays
  "192.168.0.0/16",
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, broadcast
];

/**
 * All that is global in IPv6 so far. What holds an IPv4 address is outside of it: `::ffff:0:0/96` (mapped),
 * `::/96`, `64:ff9b::/96` and `64:ff9b:1::/48` (NAT64); so are `::1`, `fc00::/7`, `fe80::/10` and `ff00::/8`.
 */
const globalV6 = "2000::/3";
const notPublicV6 = [
  "2001::/23", // IETF protocols: Teredo, benchmarks, ORCHID
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4: holds an IPv4 address
  "3fff::/20", // documentation
];

const v4Refused = listOf(notPublicV4, "ipv4");
const v6Refused = listOf(notPublicV6, "ipv6");
const v6Global = listOf([globalV6], "ipv6");

/**
 * Whether an IPv4 or IPv6 address, without brackets, is one on the public Internet; false for any other text.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !v4Refused.check(address, "ipv4");
  // A zone names an interface of this machine.
  if (family === 0 || address.includes("%")) return false;
  return v6Global.check(address, "ipv6") && !v6Refused.check(address, "ipv6");
}

function listOf(networks: readonly string[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
