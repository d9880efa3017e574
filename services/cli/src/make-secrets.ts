// `node make-secrets.ts <folder>`: the keys and passwords that docker-compose.yml names, as files. What is there stays: so an
// upgrade adds what it needs.

import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RedisUser, redisAcl, redisUsers } from "@fleetkeeper/redis";
import { generateSealingKey, generateSigningKey, generateTokenKey } from "@fleetkeeper/sealing";
import { type MongodbUser, mongodbUsers, rolesScript } from "@fleetkeeper/store";
import { builtInResources } from "./mongodb/built-in-resources.ts";

type Files = Record<string, string>;

/** Of docker-compose.yml. */
const database = "fleetkeeper";

/** Files that only fit each other: made together or not at all. */
const groups: { names: string[]; make: () => Files | Promise<Files> }[] = [
  {
    names: ["sealing_public_key", "sealing_private_keys"],
    async make() {
      const { publicKey, privateKey } = await generateSealingKey();
      return {
        sealing_public_key: JSON.stringify(publicKey),
        sealing_private_keys: JSON.stringify({ keys: [privateKey] }),
      };
    },
  },
  {
    names: ["ingress_signing_key", "ingress_verification_keys"],
    async make() {
      const { publicKey, privateKey } = await generateSigningKey();
      return {
        ingress_signing_key: JSON.stringify(privateKey),
        ingress_verification_keys: JSON.stringify({ keys: [publicKey] }),
      };
    },
  },
  { names: ["token_key"], make: () => ({ token_key: JSON.stringify({ keys: [generateTokenKey()] }) }) },
  { names: ["webhook_key"], make: () => ({ webhook_key: JSON.stringify({ keys: [generateTokenKey()] }) }) },
  { names: ["board_password"], make: () => ({ board_password: newPassword() }) },
  { names: ["board_viewer_password"], make: () => ({ board_viewer_password: newPassword() }) },
  { names: ["board_session_key"], make: () => ({ board_session_key: newPassword() + newPassword() }) },
  // Of others, to be put there by hand; an empty file counts as unset.
  ...[
    "board_oidc_client_secret",
    "board_oidc_client_certificate",
    "board_oidc_client_key",
    "trackunit_client_certificate",
    "trackunit_client_key",
    "proxy_client_certificate",
    "proxy_client_key",
  ].map((name) => ({ names: [name], make: () => ({ [name]: "" }) })),
  {
    names: ["mongodb_users", "mongodb_admin_password", ...mongodbUsers.map(mongodbUrlName)],
    make: mongodbLogins,
  },
  { names: ["redis_acl", ...redisUsers.map(redisUrlName)], make: redisLogins },
];

const [folder] = process.argv.slice(2);
if (folder === undefined) end(64, "usage: make-secrets.ts <folder>");

const pathOf = (name: string) => join(folder, name);
const isThere = (name: string) => existsSync(pathOf(name));

// Never over a key that is there: with a lost private key every account's credential is lost.
for (const { names } of groups) {
  const [missing] = names.filter((name) => !isThere(name));
  const [present] = names.filter(isThere);
  if (missing !== undefined && present !== undefined)
    end(
      1,
      `${pathOf(present)} is there, and ${pathOf(missing)}, which fits only it, is not: nothing was written`,
    );
}
const files: Files = {};
for (const { names, make } of groups) if (!names.some(isThere)) Object.assign(files, await make());
if (Object.keys(files).length === 0) end(1, `${folder} has all of them already: nothing was written`);

// Compose mounts a secret's file as it is, whatever user reads it in the container: so the folder keeps everybody
// else on this machine out, and each file is readable to whom it is handed.
mkdirSync(folder, { recursive: true });
chmodSync(folder, 0o700);
const { uid, gid } = statSync(folder);
for (const [name, content] of Object.entries(files)) {
  writeFileSync(pathOf(name), `${content}\n`, { mode: 0o644, flag: "wx" });
  if (process.getuid?.() === 0) chownSync(pathOf(name), uid, gid);
}
console.log(`Written: ${Object.keys(files).map(pathOf).join(", ")}`);

function newPassword(): string {
  return randomBytes(18).toString("base64url");
}

function redisUrlName(user: RedisUser): string {
  return `redis_url_${user}`;
}

/** The server of docker-compose.yml gets the rights, each service the address with its own user. */
function redisLogins(): Files {
  const passwords = Object.fromEntries(redisUsers.map((user) => [user, newPassword()])) as Record<
    RedisUser,
    string
  >;
  const urls = redisUsers.map((user) => [
    redisUrlName(user),
    `redis://${user}:${passwords[user]}@redis:6379`,
  ]);
  const namespace = process.env.REDIS_NAMESPACE || "fleetkeeper";
  return { redis_acl: redisAcl(namespace, passwords).trimEnd(), ...Object.fromEntries(urls) };
}

function mongodbUrlName(user: MongodbUser): string {
  return `mongodb_url_${user}`;
}

/** The same for MongoDB: its roles and users as a script, run when the database is made. */
function mongodbLogins(): Files {
  const passwords = Object.fromEntries(mongodbUsers.map((user) => [user, newPassword()])) as Record<
    MongodbUser,
    string
  >;
  const urls = mongodbUsers.map((user) => [
    mongodbUrlName(user),
    `mongodb://${user}:${passwords[user]}@mongodb:27017/${database}`,
  ]);
  return {
    mongodb_admin_password: newPassword(),
    mongodb_users: rolesScript({ db: database, resources: builtInResources, passwords }).trimEnd(),
    ...Object.fromEntries(urls),
  };
}

function end(code: number, message: string): never {
  console.error(message);
  process.exit(code);
}
