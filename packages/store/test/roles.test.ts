import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { mongodbUsers, privilegesOf, rolesScript } from "../src/index.ts";

/** What mongosh would be told: it has one object, `db`, and this is as much of it as the script uses. */
function run(script: string, known: { roles: string[]; users: string[] } = { roles: [], users: [] }) {
  const calls: unknown[][] = [];
  const target = {
    getName: () => "fleet",
    getRole: (name: string) => (known.roles.includes(name) ? {} : null),
    getCollection: (name: string) => ({
      createIndex: (...args: unknown[]) =>
        calls.push(["createIndex", name, ...JSON.parse(JSON.stringify(args))]),
    }),
    getUser: (name: string) => (known.users.includes(name) ? {} : null),
    ...Object.fromEntries(
      ["createRole", "updateRole", "createUser", "updateUser"].map((name) => [
        name,
        (...args: unknown[]) => calls.push([name, ...JSON.parse(JSON.stringify(args))]),
      ]),
    ),
  };
  runInNewContext(script, {
    db: { getSiblingDB: (name: string) => (name === "fleet" ? target : undefined) },
  });
  return calls;
}

const passwords = { worker: "w'\"`", board: "b", api: "a", operator: "o" };

test("the script creates each role with its privileges, and each user with only its role", () => {
  const calls = run(rolesScript({ db: "fleet", resources: ["assets"], passwords }));
  expect(calls).toEqual([
    ...mongodbUsers.map((user) => [
      "createRole",
      { role: `fleetkeeper-${user}`, privileges: privilegesOf(user, "fleet", ["assets"]), roles: [] },
    ]),
    ["createIndex", "audit", { at: -1 }, { name: "too-old", expireAfterSeconds: 2 * 366 * 86_400 }],
    ...mongodbUsers.map((user) => [
      "createUser",
      { user, pwd: passwords[user], roles: [{ role: `fleetkeeper-${user}`, db: "fleet" }] },
    ]),
  ]);
});

test("running it again updates existing roles; without passwords it leaves users unchanged", () => {
  const known = { roles: mongodbUsers.map((user) => `fleetkeeper-${user}`), users: [...mongodbUsers] };
  const again = run(rolesScript({ db: "fleet", resources: [], passwords }), known);
  expect(new Set(again.map(([name]) => name))).toEqual(new Set(["updateRole", "createIndex", "updateUser"]));
  const rolesOnly = run(rolesScript({ db: "fleet", resources: [] }), known);
  expect(new Set(rolesOnly.map(([name]) => name))).toEqual(new Set(["updateRole", "createIndex"]));
});
