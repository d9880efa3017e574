import type { NotificationState } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { type ConcernNow, isQuiet, maxAccounts, type TellingRules, whatToTell } from "../src/index.ts";
import { maxOutbox, maxStanding } from "../src/what-to-tell.ts";

const windowMs = 300_000;
const minutes = (count: number) => new Date(Date.UTC(2026, 0, 1) + count * 60_000);

/** Looks at what stands at a minute; what was told there. */
function teller(rules: Partial<TellingRules> = {}) {
  let state: NotificationState = { standing: [], outbox: [], channels: {} };
  let ids = 0;
  return {
    state: () => state,
    look(minute: number, concerns: readonly ConcernNow[], more: Partial<TellingRules> = {}) {
      const before = state.outbox.length;
      state = whatToTell(state, concerns, {
        now: minutes(minute),
        windowMs,
        isQuiet: false,
        channels: ["email", "slack"],
        isUnknown: () => false,
        newId: () => `id-${++ids}`,
        ...rules,
        ...more,
      });
      return state.outbox.slice(before).map(({ opened, over }) => ({
        opened: opened.map(({ key }) => key),
        over: over.map(({ key }) => key),
      }));
    },
    sent() {
      state = { ...state, outbox: [] };
    },
  };
}

const lag = { key: "lag", text: "The schedule is late" };
const refused = (...accounts: string[]) => ({ key: "refused", text: "refused", accounts });

test("concerns within the window are sent in one message, once", () => {
  const { look, state } = teller();
  expect(look(0, [refused("a")])).toEqual([]);
  expect(look(3, [refused("a", "b"), lag])).toEqual([]);
  expect(look(5, [refused("a", "b", "c"), lag])).toEqual([{ opened: ["refused", "lag"], over: [] }]);
  expect(state().outbox[0]).toMatchObject({ id: "id-1", left: ["email", "slack"], createdAt: minutes(5) });
  for (let minute = 6; minute < 60; minute++) expect(look(minute, [refused("a", "b", "c"), lag])).toEqual([]);
});

test("a further account is reported, and one that recovered is not; the end is reported once it has lasted", () => {
  const { look } = teller();
  look(0, [refused("a", "b")]);
  expect(look(5, [refused("a", "b")])).toHaveLength(1);
  expect(look(6, [refused("b")])).toEqual([]);
  expect(look(30, [refused("b")])).toEqual([]);
  expect(look(31, [refused("b", "d")])).toEqual([]);
  expect(look(36, [refused("b", "d")])).toEqual([{ opened: ["refused"], over: [] }]);
  expect(look(40, [])).toEqual([]);
  expect(look(45, [])).toEqual([{ opened: [], over: ["refused"] }]);
  expect(look(60, [])).toEqual([]);
});

test("a concern that begins and ends within the window is not sent", () => {
  const { look } = teller();
  look(0, [lag]);
  look(2, []);
  expect(look(8, [])).toEqual([]);
  look(10, [lag]);
  expect(look(15, [lag])).toHaveLength(1);
  look(16, []);
  look(18, [lag]);
  for (let minute = 19; minute < 40; minute++) expect(look(minute, [lag])).toEqual([]);
});

test("in quiet hours nothing is sent; afterwards the problems that remain are", () => {
  const { look } = teller();
  look(0, [lag, refused("a")], { isQuiet: true });
  expect(look(30, [lag, refused("a")], { isQuiet: true })).toEqual([]);
  expect(look(60, [refused("a")])).toEqual([{ opened: ["refused"], over: [] }]);
});

test("a concern that cannot be checked is neither over nor new", () => {
  const { look } = teller();
  look(0, [lag]);
  look(5, [lag]);
  for (const minute of [20, 30, 39])
    expect(look(minute, [], { isUnknown: (key) => key === "lag" })).toEqual([]);
  expect(look(40, [lag])).toEqual([]);
});

test("an account that had recovered is reported again after a day, although others kept the concern standing", () => {
  const { look } = teller();
  look(0, [refused("a", "b")]);
  look(5, [refused("a", "b")]);
  const day = 24 * 60;
  expect(look(day + 10, [refused("b")])).toEqual([]);
  look(day + 20, [refused("a", "b")]);
  expect(look(day + 25, [refused("a", "b")])).toHaveLength(1);
});

test("for very many accounts only their number is reported, once, and stored data stays bounded", () => {
  const { look, state, sent } = teller();
  const many = refused(...Array.from({ length: maxAccounts + 1 }, (_, index) => `account-${index}`));
  look(0, [many]);
  expect(look(5, [many])).toHaveLength(1);
  expect(look(20, [refused(...many.accounts.slice(1), "another", "and another")])).toEqual([]);
  expect(state().standing[0]?.accounts).toEqual([]);
  for (let index = 0; index < 100; index++) {
    look(100 + index * 10, [{ key: `k${index}`, text: "x" }]);
    look(105 + index * 10, [{ key: `k${index}`, text: "x" }]);
  }
  expect(state().outbox).toHaveLength(maxOutbox);
  look(
    5_000,
    Array.from({ length: 200 }, (_, index) => ({ key: `n${index}`, text: "x" })),
  );
  expect(state().standing.length).toBeLessThanOrEqual(maxStanding);
  sent();
  expect(
    look(
      5_010,
      Array.from({ length: 200 }, (_, index) => ({ key: `n${index}`, text: "x" })),
    ),
  ).toHaveLength(1);
});

test("the record of sent concerns holds no part of an account's id", () => {
  const { look, state } = teller();
  look(0, [refused("@org/app.account-1")]);
  look(5, [refused("@org/app.account-1")]);
  expect(JSON.stringify(state())).not.toContain("account-1");
});

test("quiet hours are times of the day, and may span midnight", () => {
  const night = { from: 22 * 60, until: 7 * 60 + 30, timeZone: "Europe/Copenhagen" };
  const at = (text: string) => isQuiet(night, new Date(text));
  expect([at("2026-01-05T20:59:00Z"), at("2026-01-05T21:00:00Z"), at("2026-01-06T06:29:00Z")]).toEqual([
    false,
    true,
    true,
  ]);
  expect([at("2026-01-06T06:30:00Z"), at("2026-07-06T05:29:00Z"), at("2026-07-06T05:30:00Z")]).toEqual([
    false,
    true,
    false,
  ]);
  expect(isQuiet({ from: 60, until: 120, timeZone: "UTC" }, new Date("2026-01-05T01:30:00Z"))).toBe(true);
  expect(isQuiet(undefined, new Date())).toBe(false);
});
