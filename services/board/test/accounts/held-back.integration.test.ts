import { expect, inject, test } from "vitest";
import { cookiesOf, csrfTokenOf, logIn, operator, startBoard } from "../board-world.ts";
import { idOf, seedAccounts } from "../seed-accounts.ts";

test("a mass deletion that is held back is shown, and an operator confirms it", async () => {
  const { url, mongodbUrl, store } = await startBoard(inject("redisUrl"));
  const heldBack = {
    missing: 90,
    known: 100,
    passes: 1,
    since: new Date(),
    believedAfter: 3,
    confirmedAfter: null,
  };
  await seedAccounts(mongodbUrl, ["4711"], () => ({ syncs: [{ sync: "assets", heldBack }] }));
  const cookie = await logIn(url, operator);
  const account = `${url}/accounts/${encodeURIComponent(idOf("4711"))}`;
  const get = (address: string) => fetch(address, { headers: { cookie, accept: "text/html" } });
  const shown = await (await get(account)).text();
  expect(shown).toContain("assets: 90 of 100 records were missing");
  expect(shown).toContain(`/do/confirm-deletions?sync=assets`);

  const question = await get(`${account}/do/confirm-deletions?sync=assets`);
  const answer = await fetch(`${account}/do/confirm-deletions?sync=assets`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: url, cookie: `${cookie}; ${cookiesOf(question)}` },
    body: new URLSearchParams({ _csrf: csrfTokenOf(await question.text()) }),
  });
  expect(answer.status).toBe(303);
  const [sync] = (await store.syncs.ofInstallation(idOf("4711"))).filter(({ sync }) => sync === "assets");
  expect(sync?.heldBack?.confirmedAfter).toBe(1);
  expect((await store.audit.of(idOf("4711"), 1))[0]).toMatchObject({
    who: "olive",
    action: "confirm 90 deletions",
  });
  expect(await (await get(account)).text()).not.toContain("/do/confirm-deletions");
});
