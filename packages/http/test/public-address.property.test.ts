import fc from "fast-check";
import { expect, test } from "vitest";
import { checkGuardedUrl } from "../src/index.ts";
import { isPublicAddress } from "../src/public-address.ts";

/**
 * First and last address of what is not public, as numbers: written down apart from the table of the code.
 */
const notPublic: [string, string][] = [
  ["0.0.0.0", "0.255.255.255"],
  ["10.0.0.0", "10.255.255.255"],
  ["100.64.0.0", "100.127.255.255"],
  ["127.0.0.0", "127.255.255.255"],
  ["168.63.129.16", "168.63.129.16"],
  ["169.254.0.0", "169.254.255.255"],
  ["172.16.0.0", "172.31.255.255"],
  ["192.0.0.0", "192.0.0.255"],
  ["192.0.2.0", "192.0.2.255"],
  ["192.88.99.0", "192.88.99.255"],
  ["192.168.0.0", "192.168.255.255"],
  ["198.18.0.0", "198.19.255.255"],
  ["198.51.100.0", "198.51.100.255"],
  ["203.0.113.0", "203.0.113.255"],
  ["224.0.0.0", "255.255.255.255"],
];

const numberOf = (dotted: string) => dotted.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const dotted = (address: number) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
const hex = (address: number) =>
  address
    .toString(16)
    .padStart(8, "0")
    .replace(/^(.{4})/, "$1:");
const isNotPublic = (address: number) =>
  notPublic.some(([first, last]) => numberOf(first) <= address && address <= numberOf(last));

const anyV4 = fc.nat(0xffff_ffff);
const insideV4 = fc
  .constantFrom(...notPublic)
  .chain(([first, last]) => fc.integer({ min: numberOf(first), max: numberOf(last) }));
const edgeV4 = fc
  .constantFrom(...notPublic.flat().flatMap((text) => [-1, 0, 1].map((by) => numberOf(text) + by)))
  .filter((address) => address >= 0 && address <= 0xffff_ffff);

test("an IPv4 address is public exactly when it is in no special range", () => {
  fc.assert(
    fc.property(fc.oneof(anyV4, insideV4, edgeV4), (address) => {
      expect(isPublicAddress(dotted(address)), dotted(address)).toBe(!isNotPublic(address));
    }),
    { numRuns: 2_000 },
  );
});

test("an IPv6 address that holds any IPv4 address is refused", () => {
  const forms = [
    (address: number) => `::${hex(address)}`,
    (address: number) => `::ffff:${hex(address)}`,
    (address: number) => `::ffff:${dotted(address)}`,
    (address: number) => `::ffff:0:${hex(address)}`,
    (address: number) => `64:ff9b::${hex(address)}`,
    (address: number) => `64:ff9b:1::${hex(address)}`,
    (address: number) => `2002:${hex(address)}::1`,
    (address: number) => `2001:0:${hex(address)}::1`,
  ];
  fc.assert(
    fc.property(fc.oneof(anyV4, insideV4), fc.constantFrom(...forms), (address, form) => {
      expect(isPublicAddress(form(address)), form(address)).toBe(false);
      expect(codeOf(`https://[${form(address)}]/`)).toBe("ERR_HTTP_ADDRESS_REFUSED");
    }),
    { numRuns: 1_000 },
  );
});

test("an IPv6 address of a special range is refused, and of the others none", () => {
  const special = [
    "fc00::",
    "fdff::",
    "fe80::",
    "febf::",
    "ff02::",
    "2001:db8::",
    "2001:1::",
    "3fff::",
    "4000::",
  ];
  const open = ["2606:4700::", "2a00:1450::", "2001:200::", "2003::", "3ffe::", "2400::"];
  fc.assert(
    fc.property(fc.nat(0xffff), fc.constantFrom(...special), fc.constantFrom(...open), (last, bad, good) => {
      expect(isPublicAddress(bad + last.toString(16)), bad).toBe(false);
      expect(isPublicAddress(good + last.toString(16)), good).toBe(true);
    }),
    { numRuns: 1_000 },
  );
  for (const text of [
    "::1",
    "::",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "",
    "example.test",
    "1.2.3",
    "1.2.3.4.5",
  ])
    expect(isPublicAddress(text), text).toBe(false);
});

test("a URL with a forbidden address is refused in any spelling of the address", () => {
  const spellings = [
    (address: number) => String(address),
    (address: number) => `0x${address.toString(16)}`,
    (address: number) => `0${address.toString(8)}`,
    (address: number) => `${address >>> 24}.${address & 0xff_ffff}`,
    (address: number) => dotted(address).replaceAll(".", "%2e"),
    (address: number) => dotted(address).replaceAll(".", "。"),
    (address: number) => `${dotted(address)}.`,
    (address: number) => [...dotted(address)].map((one) => (/\d/.test(one) ? `${one}\u200b` : one)).join(""),
  ];
  fc.assert(
    fc.property(fc.oneof(insideV4, anyV4), fc.constantFrom(...spellings), (address, spell) => {
      const url = `https://${spell(address)}/`;
      const code = codeOf(url);
      if (isNotPublic(address)) expect(code, url).toMatch(/^ERR_HTTP_(ADDRESS|URL)_REFUSED$/);
      else expect(code, url).not.toBe("ERR_HTTP_ADDRESS_REFUSED");
    }),
    { numRuns: 2_000 },
  );
});

test("any text is either a URL by https without a user, or refused by a code", () => {
  const scheme = fc.constantFrom("https", "HTTPS", "http", "ftp", "file", " https", "javascript");
  const user = fc.constantFrom("", "", "u@", ":p@", "u:p@", "@");
  const rest = fc.oneof(fc.string(), fc.constantFrom("example.com/", "example.com:8443/a?b#c", "10.1.2.3"));
  const url = fc
    .tuple(scheme, fc.constantFrom("://", ":", ":\\\\"), user, rest)
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(fc.string(), url), (text) => {
      const code = codeOf(text);
      if (code === undefined)
        expect(new URL(text)).toMatchObject({ protocol: "https:", username: "", password: "" });
      else expect(code).toMatch(/^ERR_HTTP_(ADDRESS|URL)_REFUSED$/);
    }),
    { numRuns: 1_000 },
  );
});

function codeOf(url: string): string | undefined {
  try {
    checkGuardedUrl(url, { allowPrivate: false });
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}
