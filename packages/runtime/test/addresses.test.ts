import { expect, test } from "vitest";
import { isPrivateHost } from "../src/addresses.ts";
import { createIsAmong, networkOf, siteOf } from "../src/index.ts";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:db8::1", "2001:db8:0:0"],
  ["::1", "0:0:0:0"],
])("the guesses of %s count as those of %s", (address, client) => {
  expect(networkOf(address)).toBe(client);
});

test.each([
  ["2001:db8:1:2:3:4:5:6", "site 2001:db8:1"],
  ["2001:0DB8:0001:ffff::6", "site 2001:db8:1"],
  ["2001:db8::1", "site 2001:db8:0"],
  ["::ffff:192.0.2.7", undefined],
  ["192.0.2.7", undefined],
  ["", undefined],
])("the networks of one site are found together: %s is in %s", (address, site) => {
  expect(siteOf(address)).toBe(site);
});

test("an address is among the addresses and networks that a list names", () => {
  const isAmong = createIsAmong(["10.1.0.0/16", "192.0.2.7", "2001:db8::/32"]);
  const asked = [
    "10.1.2.3",
    "::ffff:10.1.2.3",
    "10.2.0.1",
    "192.0.2.7",
    "192.0.2.8",
    "2001:db8:1::1",
    "::1",
    "",
  ];
  expect(asked.filter(isAmong)).toEqual(["10.1.2.3", "::ffff:10.1.2.3", "192.0.2.7", "2001:db8:1::1"]);
});

test("a host is private by its address, or by a name that the public DNS does not have", () => {
  const hosts = [
    "127.0.0.1",
    "[::1]",
    "10.1.2.3",
    "172.31.0.1",
    "172.32.0.1",
    "8.8.8.8",
    "[fd00::1]",
    "[2001:db8::1]",
  ];
  const names = [
    "localhost",
    "simulator",
    "a.internal",
    "a.localhost",
    "trackunit.com",
    "localhost.evil.com",
    "internal.com",
  ];
  expect([...hosts, ...names].filter(isPrivateHost)).toEqual([
    ...["127.0.0.1", "[::1]", "10.1.2.3", "172.31.0.1", "[fd00::1]"],
    ...["localhost", "simulator", "a.internal", "a.localhost"],
  ]);
});
