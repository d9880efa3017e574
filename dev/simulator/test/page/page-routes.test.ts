import { expect, test } from "vitest";
import type { Simulator } from "../../src/index.ts";
import { setup } from "../setup.ts";

/** Sends a form as a browser does and gives the page that it lands on. */
async function submit(
  simulator: Simulator,
  path: string,
  form: Record<string, string> = {},
): Promise<string> {
  const body = new URLSearchParams(form);
  return (await fetch(`${simulator.url}/_page/${path}`, { method: "POST", body })).text();
}

test("the page lists accounts and escapes their names", async () => {
  const { simulator } = await setup();
  const account = simulator.addAccount({ name: "<b>Acme</b> & Sons", assets: 77 });
  const response = await fetch(simulator.url);
  const page = await response.text();
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(page).toContain("&lt;b&gt;Acme&lt;/b&gt; &amp; Sons");
  expect(page).toContain(account.accountId);
  expect(page).toContain('data-label="Assets">77</td>');
  expect(page).not.toContain(account.clientSecret);
});

test("forms add an account, change a fleet, revoke and restore", async () => {
  const { simulator } = await setup();
  expect(await submit(simulator, "accounts", { name: "Acme", assets: "9", sites: "1" })).toContain(
    "Added Acme",
  );
  const [account] = simulator.accounts();
  const path = `accounts/${account?.accountId}`;
  expect(await submit(simulator, `${path}/change`, { count: "10" })).toContain(
    "1 created, 8 updated, 1 deleted",
  );
  expect(await submit(simulator, `${path}/revoke`)).toContain(">revoked<");
  expect(account?.revoked).toBe(true);
  expect(await submit(simulator, `${path}/restore`)).toContain(">active<");
  expect(await submit(simulator, "rotate-keys")).toContain("New signing keys");
});

test("a button sets a fault, for one account and a number of times, and another ends it", async () => {
  const { simulator } = await setup();
  const { accountId } = simulator.addAccount({ name: "Acme" });
  const wanted = { kind: "status", operation: "rest", accountId, times: "3", status: "503" };
  expect(await submit(simulator, "faults", wanted)).toContain("From now on: status for rest");
  expect(simulator.faults.list()).toMatchObject([{ ...wanted, times: 3, status: 503, met: 0 }]);
  await submit(simulator, "faults", {
    kind: "rate-limit",
    operation: "",
    accountId: "",
    times: "",
    status: "",
  });
  const [first, second] = simulator.faults.list();
  expect(second).toMatchObject({ kind: "rate-limit", operation: undefined, times: undefined });
  expect(await submit(simulator, "faults/end", { id: first?.id ?? "" })).toContain("One fault ended");
  expect(simulator.faults.list()).toEqual([second]);
  expect(await submit(simulator, "faults/end")).toContain("None waits");
  for (const [form, answer] of [
    [{ kind: "rain" }, "There is no fault"],
    [{ kind: "cut", operation: "rest.cranes" }, "There is no operation"],
    [{ kind: "cut", accountId: "nobody" }, "There is no account nobody."],
    [{ kind: "cut", times: "often" }, "times must be a whole number"],
  ] as const)
    expect(await submit(simulator, "faults", form)).toContain(answer);
  expect(simulator.faults.list()).toEqual([]);
});

test("an install without an answer says so", async () => {
  const { simulator } = await setup();
  const { accountId } = simulator.addAccount();
  expect(await submit(simulator, `accounts/${accountId}/install`)).toContain("No callback URL is set.");
  await submit(simulator, "callback-url", { callbackUrl: "http://127.0.0.1:1/appinstall" });
  const page = await submit(simulator, `accounts/${accountId}/install`);
  expect(page).toContain('role="alert"');
  expect(page).toContain("No answer from http://127.0.0.1:1/appinstall.");
  expect(page).toContain("ECONNREFUSED");
});

test("bad input is refused with a clear message", async () => {
  const { simulator } = await setup();
  expect(await submit(simulator, "accounts", { assets: "many", sites: "1" })).toContain(
    "must be a whole number",
  );
  expect(await submit(simulator, "callback-url", { callbackUrl: "ftp://x" })).toContain(
    "is not an http or https URL",
  );
});
