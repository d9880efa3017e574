import { expect, test } from "vitest";
import { asEndpointId, eventTypeOf, matchesEvent, newEndpointId, readSigningKey } from "../src/index.ts";

test.each([
  ['{"type":"alerts.asset.on"}', "alerts.asset.on"],
  ['{"eventType":"sites.asset.enter","data":{"type":"x"}}', "sites.asset.enter"],
  ['{"event_type":"nobody.knows-this"}', "nobody.knows-this"],
  ['{"type":7,"event":"faults.asset.on"}', "faults.asset.on"],
  ['{"type":"with blanks in it"}', null],
  ['{"__proto__":{"type":"alerts.asset.on"}}', null],
  ['{"data":{"type":"alerts.asset.on"}}', null],
  ["[1]", null],
  ["null", null],
  ["no json", null],
  ["", null],
])("the type that %s says", (body, type) => {
  expect(eventTypeOf(Buffer.from(body))).toBe(type);
});

test("a pattern names one type, or all that begin with it", () => {
  expect(matchesEvent("alerts.asset.*", "alerts.asset.on")).toBe(true);
  expect(matchesEvent("alerts.asset.*", "alerts.asset")).toBe(false);
  expect(matchesEvent("alerts.asset.*", "alerts.assets.on")).toBe(false);
  expect(matchesEvent("alerts.asset.on", "alerts.asset.on")).toBe(true);
  expect(matchesEvent("alerts.asset.on", "alerts.asset.on.more")).toBe(false);
});

test("only what an endpoint's id looks like is looked for", () => {
  const id = newEndpointId();
  expect(asEndpointId(id)).toBe(id);
  for (const text of ["", "..", "%2e%2e", `${id}x`, id.slice(1), `${id.slice(1)}:`, `${id.slice(1)}*`])
    expect(asEndpointId(text)).toBeUndefined();
});

test("what is not a signing key is refused without saying it again", () => {
  const bytes = (length: number) => `whsec_${Buffer.alloc(length, 1).toString("base64")}`;
  expect(readSigningKey(` ${bytes(24)}\n`)).toBe(bytes(24));
  for (const text of ["", "whsec_", "whsec_é", bytes(23), bytes(76), bytes(24).slice(6), `${bytes(24)}!`])
    expect(() => readSigningKey(text)).toThrow(/^a signing key is whsec_ and then 24 to 75 bytes/);
});
