// Who may do what in MongoDB: one role per service, as privileges by collection
// (https://www.mongodb.com/docs/manual/reference/privilege-actions/). The audit log can be added to, and
// no user may change or remove entries, so that an attacker who takes a service over cannot remove traces.

import { type OwnCollection, ownCollections } from "@fleetkeeper/model";
import { auditKeptMs } from "./audit.ts";

/** `operator` is the command line. The ingress has no database. */
export const mongodbUsers = ["worker", "board", "api", "operator"] as const;

/** A user of the database: one of our services, or the operator. */
export type MongodbUser = (typeof mongodbUsers)[number];

/** An action of MongoDB's roles that a service needs. */
export type CollectionAction = "find" | "insert" | "update" | "remove" | "createIndex" | "listIndexes";

/** As `createRole` takes it. */
export interface Privilege {
  resource: { db: string; collection: string };
  actions: CollectionAction[];
}

const read: CollectionAction[] = ["find", "listIndexes"];
/** With `upsert`, MongoDB wants both. */
const put: CollectionAction[] = ["insert", "update"];

type Rights = Partial<Record<OwnCollection, CollectionAction[]>>;

/** Who is notified of what: receivers, test events, replays. */
const tells: Rights = {
  eventAttempts: ["remove"],
  eventLanes: [...put, "remove"],
  eventLog: put,
  eventReceivers: [...put, "remove"],
};

/** Beside reading what is in `reads`. */
const writes: Record<MongodbUser, Rights> = {
  worker: {
    ...Object.fromEntries(ownCollections.map((name) => [name, [...put, "remove", "createIndex"]])),
    // It notes which credentials it refused; what is too old MongoDB removes by an index of the
    // administrator's.
    audit: ["insert", "createIndex"],
    apiKeys: ["createIndex"],
  },
  board: {
    ...tells,
    audit: ["insert"],
    apiKeys: put,
    installations: ["update"],
    accounts: [...put, "remove"],
    notifications: put,
    syncs: ["update"],
    webhookEndpoints: put,
    probes: put,
  },
  api: {
    ...tells,
    audit: ["insert"],
    apiKeys: ["update"],
    installations: ["update"],
    accounts: [...put, "remove"],
    syncs: ["update"],
    feedCursors: put,
    forwardedRequests: ["insert", "remove"],
    probes: put,
  },
  operator: {
    ...tells,
    audit: ["insert"],
    apiKeys: put,
    installations: ["update"],
    // After a restore, what is missing is made again.
    accounts: [...put, "remove"],
    forgotten: ["update"],
    schema: put,
    syncs: ["update"],
    unrecognisedCallbacks: ["update"],
    webhookEndpoints: put,
  },
};

/**
 * The hashes of the publisher's keys, and the sealed keys and payloads of webhooks, are of no use to these.
 */
const unread: Record<MongodbUser, readonly OwnCollection[]> = {
  worker: ["apiKeys"],
  board: [],
  api: ["webhookDeliveries", "webhookEndpoints"],
  operator: [],
};

/** `resources`: the collections of all syncs' records, those of your own included. */
export function privilegesOf(user: MongodbUser, db: string, resources: readonly string[]): Privilege[] {
  const own = ownCollections.map((collection) => ({
    resource: { db, collection },
    actions: [...(unread[user].includes(collection) ? [] : read), ...(writes[user][collection] ?? [])],
  }));
  const ofResources = [...new Set(resources)].map((collection) => ({
    resource: { db, collection },
    actions: user === "worker" ? [...read, ...put, "remove" as const] : read,
  }));
  return [...own, ...ofResources].filter(({ actions }) => actions.length > 0);
}

/**
 * A script for mongosh that makes the roles, and the users where passwords are given, or brings those that
 * are there up to date. To be run by an administrator.
 */
export function rolesScript(options: {
  db: string;
  resources: readonly string[];
  passwords?: Record<MongodbUser, string>;
}): string {
  const { db, resources, passwords } = options;
  const roles = Object.fromEntries(
    mongodbUsers.map((user) => [`fleetkeeper-${user}`, privilegesOf(user, db, resources)]),
  );
  return `// Fleetkeeper's roles${passwords ? " and users" : ""} in MongoDB, for mongosh. May be run again.
const target = db.getSiblingDB(${JSON.stringify(db)});
const roles = ${JSON.stringify(roles, null, 2)};
for (const [role, privileges] of Object.entries(roles)) {
  if (target.getRole(role)) target.updateRole(role, { privileges, roles: [] });
  else target.createRole({ role, privileges, roles: [] });
}
// No service may remove anything from the audit log. Descending, beside the ascending one that the services
// make.
target
  .getCollection("audit")
  .createIndex({ at: -1 }, { name: "too-old", expireAfterSeconds: ${auditKeptMs / 1_000} });
const passwords = ${JSON.stringify(passwords ?? {}, null, 2)};
for (const [user, pwd] of Object.entries(passwords)) {
  const granted = [{ role: "fleetkeeper-" + user, db: target.getName() }];
  if (target.getUser(user)) target.updateUser(user, { pwd, roles: granted });
  else target.createUser({ user, pwd, roles: granted });
}
`;
}
