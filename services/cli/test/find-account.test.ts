import type { InstallationDocument, Store } from "@fleetkeeper/store";
import { expect, test } from "vitest";
import { findAccount } from "../src/find-account.ts";

const accounts = [
  { _id: "@a.b.6b5c-1", accountId: "6b5c-1" },
  { _id: "@a.b.6b5c-10", accountId: "6b5c-10" },
  { _id: "@a.b.7777", accountId: "7777", name: "Cranes" },
  { _id: "@c.d.7777", accountId: "7777" },
] as InstallationDocument[];

const store = {
  installations: {
    find: async (id: string) => accounts.find(({ _id }) => _id === id) ?? null,
    list: async ({ search = "" }) => ({
      rows: accounts.filter(({ accountId, name }) =>
        [accountId, name?.toLowerCase()].some((text) => text?.startsWith(search.toLowerCase())),
      ),
      next: undefined,
    }),
    ofAccount: async (id: string) => accounts.filter(({ accountId }) => accountId === id.toLowerCase()),
  },
} as unknown as Store;

test("an account is found by installation id, account id, or the beginning of the account id", async () => {
  expect((await findAccount(store, "@c.d.7777"))._id).toBe("@c.d.7777");
  expect((await findAccount(store, "6B5C-1"))._id).toBe("@a.b.6b5c-1");
  expect((await findAccount(store, "6b5c-10"))._id).toBe("@a.b.6b5c-10");
  expect((await findAccount(store, "6b5c-10…"))._id).toBe("@a.b.6b5c-10");
});

test("a whole name finds its account, a part of one does not", async () => {
  expect((await findAccount(store, "cranes"))._id).toBe("@a.b.7777");
  await expect(findAccount(store, "crane")).rejects.toMatchObject({ code: "ERR_NOT_FOUND" });
});

test("an ambiguous name is refused with the candidates, an unknown one as not found", async () => {
  const ambiguous = { code: "ERR_ACCOUNT_AMBIGUOUS", exitCode: 2 };
  await expect(findAccount(store, "6b5c")).rejects.toMatchObject({
    ...ambiguous,
    message: "6b5c can be @a.b.6b5c-1, @a.b.6b5c-10",
  });
  await expect(findAccount(store, "7777")).rejects.toMatchObject(ambiguous);
  await expect(findAccount(store, "9")).rejects.toMatchObject({ code: "ERR_NOT_FOUND", exitCode: 3 });
  await expect(findAccount(store, "@c.d")).rejects.toMatchObject({ code: "ERR_NOT_FOUND" });
  await expect(findAccount(store, " ")).rejects.toMatchObject({ code: "ERR_NOT_FOUND" });
});
