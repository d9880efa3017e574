// The keys, passwords and logins that docker-compose.yml names, as files. What is there stays, so an upgrade
// adds what it needs.

import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { redisAcl, redisUsers } from "@fleetkeeper/redis";
import { makePrivateFolder } from "@fleetkeeper/runtime";
import { type FirstKeys, generateFirstKeys, type SealingAlgorithm } from "@fleetkeeper/sealing";
import { mongodbUsers, rolesScript } from "@fleetkeeper/store";
import { FileError } from "../errors.ts";
import { builtInResources } from "../mongodb/built-in-resources.ts";
import { fileNameOf, writeFiles } from "./key-files.ts";

type Files = Record<string, string>;

/** Files that only fit each other: made together or not at all. */
interface Group {
  names: string[];
  make: () => Files;
}

/** Of docker-compose.yml. */
const database = "fleetkeeper";

/** Of others, to be put there by hand; an empty file counts as unset. */
const ofOthers = [
  "board_oidc_client_secret",
  "board_oidc_client_certificate",
  "board_oidc_client_key",
  "notifications_smtp_url",
  "notifications_webhook_secret",
  "notifications_slack_url",
  "trackunit_client_certificate",
  "trackunit_client_key",
  "proxy_client_certificate",
  "proxy_client_key",
];

/**
 * Writes what is missing in `folder`.
 * @returns the paths of what was written.
 * @throws FolderSharedError; FileError: nothing is missing, or a half of a pair is, which cannot be made
 * again.
 */
export async function writeComposeSecrets(
  folder: string,
  { namespace, algorithm }: { namespace: string; algorithm: SealingAlgorithm },
): Promise<string[]> {
  const groups = groupsOf(await generateFirstKeys({ algorithm }), namespace);
  const isThere = (name: string) => existsSync(join(folder, name));
  // Never over a key that is there: with a lost private key every account's credential is lost.
  for (const { names } of groups) {
    const [missing] = names.filter((name) => !isThere(name));
    const [present] = names.filter(isThere);
    if (missing !== undefined && present !== undefined)
      throw new FileError(
        `${join(folder, present)} exists, but ${join(folder, missing)}, which belongs to it, does not: nothing was written`,
      );
  }
  const missing = groups.filter(({ names }) => !names.some(isThere));
  if (missing.length === 0) throw new FileError(`${folder} has all of them already: nothing was written`);
  // Compose mounts a secret's file as it is, for any user in the container: so the folder keeps
  // everybody else on this machine out, and each file is readable to whom it is handed.
  const ours = new Set(groups.flatMap(({ names }) => names));
  makePrivateFolder(folder, (name) => ours.has(name));
  const { uid, gid } = statSync(folder);
  const files: Files = Object.assign({}, ...missing.map(({ make }) => make()));
  const paths = writeFiles(folder, files, (path) => {
    chmodSync(path, 0o644);
    if (process.getuid?.() === 0) chownSync(path, uid, gid);
  });
  return Object.values(paths);
}

function groupsOf(keys: FirstKeys, namespace: string): Group[] {
  const keyFiles = (...names: (keyof FirstKeys)[]): Group => ({
    names: names.map(fileNameOf),
    make: () => Object.fromEntries(names.map((name) => [fileNameOf(name), keys[name]])),
  });
  const file = (name: string, make: () => string): Group => ({
    names: [name],
    make: () => ({ [name]: make() }),
  });
  return [
    keyFiles("sealingPublicKey", "sealingPrivateKeys"),
    keyFiles("ingressSigningKey", "ingressVerificationKeys"),
    keyFiles("tokenKey"),
    keyFiles("webhookKey"),
    file("board_password", newPassword),
    file("board_viewer_password", newPassword),
    file("board_session_key", () => newPassword() + newPassword()),
    ...ofOthers.map((name) => file(name, () => "")),
    {
      names: [
        "mongodb_users",
        "mongodb_admin_password",
        ...mongodbUsers.map((user) => `mongodb_url_${user}`),
      ],
      make: mongodbLogins,
    },
    {
      names: ["redis_acl", ...redisUsers.map((user) => `redis_url_${user}`)],
      make: () => redisLogins(namespace),
    },
  ];
}

function newPassword(): string {
  return randomBytes(18).toString("base64url");
}

function passwordsOf<User extends string>(users: readonly User[]): Record<User, string> {
  return Object.fromEntries(users.map((user) => [user, newPassword()])) as Record<User, string>;
}

/** Each service gets the address with its own user. */
function urlsOf<User extends string>(
  passwords: Record<User, string>,
  server: "redis" | "mongodb",
  rest: string,
): Files {
  return Object.fromEntries(
    Object.entries<string>(passwords).map(([user, password]) => [
      `${server}_url_${user}`,
      `${server}://${user}:${password}@${server}:${rest}`,
    ]),
  );
}

/** The server of docker-compose.yml gets the rights. */
function redisLogins(namespace: string): Files {
  const passwords = passwordsOf(redisUsers);
  return { redis_acl: redisAcl(namespace, passwords).trimEnd(), ...urlsOf(passwords, "redis", "6379") };
}

/** The same for MongoDB: its roles and users as a script, run when the database is made. */
function mongodbLogins(): Files {
  const passwords = passwordsOf(mongodbUsers);
  return {
    mongodb_admin_password: newPassword(),
    mongodb_users: rolesScript({ db: database, resources: builtInResources, passwords }).trimEnd(),
    ...urlsOf(passwords, "mongodb", `27017/${database}`),
  };
}
