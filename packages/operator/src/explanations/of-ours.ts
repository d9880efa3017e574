// Errors of our own services, stores, keys and configuration.

import type { Explanation } from "./explanation.ts";

const nothing = "Nothing: it is tried again.";
const servers = "Look at the server and the network between; `fleetkeeper doctor` says what is wrong.";

/** Redis, MongoDB, queues and health checks. */
export const ofServers = {
  ERR_QUEUE_UNAVAILABLE: {
    means: "Redis did not accept a job, or did not confirm in time that it is on disk.",
    advice: `${servers} Callbacks are asked to retry until it does.`,
  },
  ERR_STORE_UNAVAILABLE: {
    means:
      "MongoDB did not accept a write in time: it is unavailable, has no primary, is full, or the user may only read.",
    advice: servers,
  },
  ERR_REDIS_UNREACHABLE: {
    means: "The command line does not reach Redis.",
    advice: "Check REDIS_URL, and that the command runs where Redis can be reached.",
  },
  ERR_MONGODB_UNREACHABLE: {
    means: "The command line does not reach MongoDB.",
    advice: "Check MONGODB_URL, and that the command runs where MongoDB can be reached.",
  },
  ERR_CONSUMER_STOPPED: {
    means: "A worker no longer takes jobs of this queue.",
    advice: "Restart the worker; its log says why it stopped.",
  },
  ERR_CONSUMER_IDLE: {
    means: "A worker seems alive, but took no job although one was waiting.",
    advice: "Restart the worker, and look at its connection to Redis.",
  },
  ERR_CHECK_TIMEOUT: { means: "A health check did not end in time.", advice: servers },
  ERR_UNEXPECTED: {
    means: "An error that has no code of ours: a fault in Fleetkeeper or in a library.",
    advice: "Look for it in the log, and report it with what the log says.",
  },
} satisfies Record<string, Explanation>;

/** Runs, records and accounts. */
export const ofRuns = {
  ERR_LEASE_LOST: {
    means: "Another worker has taken over this run; this worker's remaining writes were not made.",
    advice: "Nothing: the other worker continues.",
  },
  ERR_WRITE_CONFLICT: { means: "Records kept changing while a run wrote them.", advice: nothing },
  ERR_WRITE_CONTENDED: { means: "Others kept changing the same document.", advice: nothing },
  ERR_UNKNOWN_INSTALLATION: {
    means: "The account is not installed, or was forgotten in the meantime.",
    advice: "Nothing, if it was forgotten on purpose.",
  },
  ERR_UNKNOWN_SYNC: {
    means: "The workers do not know a sync of this name: its definition was removed or renamed.",
    advice: "Check SYNC_MODULES on every worker.",
  },
  ERR_CANDIDATES_FULL: {
    means: "The most allowed number of new credentials of the account already wait to prove themselves.",
    advice:
      "Nothing: this one waits in its job. If their number keeps growing, see the account's page for where they come from.",
  },
  ERR_ACCOUNT_BEING_FORGOTTEN: {
    means: "The account's old data is being deleted; its new install waits for that.",
    advice: nothing,
  },
  ERR_TOO_MANY_ENDPOINTS: {
    means: "The account already has the most allowed webhook endpoints.",
    advice: "Remove one that is no longer used.",
  },
  ERR_FORGET_NOT_ASKED: {
    means:
      "A job to forget an account has no entry in the audit log that says who requested it, so nothing was deleted.",
    advice: "Ask again if the account is to be forgotten. Otherwise find out who can write to Redis.",
  },
} satisfies Record<string, Explanation>;

/** Sealing, signing and the keys for it. */
export const ofKeys = {
  ERR_SEALING_KEY: {
    means: "A sealing key cannot be used for what it is configured for.",
    advice: "Compare the sealing keys of ingress and worker with `fleetkeeper keys list`.",
  },
  ERR_SEAL_UNKNOWN_KEY: {
    means: "A credential is sealed with a key that this worker does not have.",
    advice:
      "Add the private key to SEALING_PRIVATE_KEYS and restart the workers; then the waiting work continues.",
  },
  ERR_SEAL_MALFORMED: {
    means: "The stored value is not a sealed text.",
    advice: "Restore the document from a backup, or ask the customer to install the app again.",
  },
  ERR_SEAL_TAMPERED: {
    means: "A sealed text was changed after sealing.",
    advice: "Find out who can write to MongoDB or Redis; ask the customer to install the app again.",
  },
  ERR_SEAL_WRONG_BINDING: {
    means: "A sealed text belongs to another account or purpose.",
    advice: "Find out who can write to MongoDB or Redis.",
  },
  ERR_NOT_SIGNED_BY_INGRESS: {
    means: "An install job was not made by the ingress, or was changed on its way.",
    advice:
      "After a change of keys, compare INGRESS_SIGNING_KEY with INGRESS_VERIFICATION_KEYS. Otherwise find out who can write to Redis.",
  },
  ERR_SEALING_ROUND_TRIP: {
    means: "The worker cannot open newly sealed texts.",
    advice: "SEALING_PUBLIC_KEY belongs to none of SEALING_PRIVATE_KEYS: correct one of them.",
  },
  ERR_KEYS: {
    means: "A key that this needs is missing.",
    advice: "The message says which key is missing.",
  },
} satisfies Record<string, Explanation>;

/** Configuration, URLs and modules. */
export const ofSetup = {
  ERR_CONFIGURATION: {
    means: "A variable of the environment is missing or faulty.",
    advice: "The message names it; `docs/configuration.md` says which values are valid.",
  },
  ERR_REDIS_URL: {
    means: "REDIS_URL is not an address of Redis.",
    advice: "The message says what is wrong with it.",
  },
  ERR_MONGODB_URL: {
    means: "MONGODB_URL is not an address of MongoDB.",
    advice: "The message says what is wrong with it.",
  },
  ERR_HTTP_PROXY_URL: {
    means: "A variable of the outbound proxy is not an address.",
    advice: "Correct HTTP_PROXY, HTTPS_PROXY or NO_PROXY.",
  },
  ERR_WEBHOOK_KEY: {
    means: "The text is not a signing key of a webhook endpoint.",
    advice: "Copy the key again from Trackunit Manager: it begins with whsec_.",
  },
  ERR_SYNC_DEFINITION: {
    means: "A sync's definition cannot work.",
    advice: "The message lists everything that is wrong with it; see `docs/writing-a-sync.md`.",
  },
  ERR_SYNC_MODULE: {
    means: "A module of SYNC_MODULES cannot be imported, or holds no sync.",
    advice: "The message says why.",
  },
  ERR_SYNC_DUPLICATE: {
    means: "Two syncs have one name, or write the same resource.",
    advice: "Rename one of them.",
  },
} satisfies Record<string, Explanation>;

/** The command line. */
export const ofCommands = {
  ERR_USAGE: { means: "There is no such command, option or value.", advice: "Add --help to the command." },
  ERR_NOT_CONFIRMED: {
    means: "The command deletes or stops something, and was not confirmed.",
    advice: "Confirm on the terminal, or add --yes.",
  },
  ERR_NOT_FOUND: {
    means: "Nothing has that name.",
    advice: "`fleetkeeper accounts list` and `fleetkeeper syncs list` show what there is.",
  },
  ERR_ACCOUNT_AMBIGUOUS: {
    means: "Several accounts begin like this.",
    advice: "Give more of the account's id.",
  },
  ERR_CALLBACK_AMBIGUOUS: {
    means: "Several callbacks have ids that begin like this.",
    advice: "Give more of the callback's id.",
  },
  ERR_NOT_REPLAYABLE: {
    means: "The callback must not, or can no longer, be accepted.",
    advice: "See the message. If that does not help, have the customer install the app again.",
  },
  ERR_WRONG_STATE: {
    means: "The action makes no sense in the present state.",
    advice: "The message says what to do first.",
  },
  ERR_SCHEMA_TOO_NEW: {
    means:
      "A newer version of Fleetkeeper has stored data that this version cannot read, so it does not start.",
    advice: "Start the newer version. To go back, restore a backup from before the upgrade.",
  },
  ERR_ACCOUNT_NOT_ACTIVE: {
    means: "The account is paused, its credential is refused, or none has proved itself yet.",
    advice: "See `fleetkeeper accounts show`; resume it, or have the customer install the app again.",
  },
  ERR_NO_TOKEN: {
    means: "There is no access token of the account for requests to Trackunit.",
    advice: "The message says why. If no worker fetched one, check whether workers run.",
  },
  ERR_RUN_FAILED: {
    means: "The run that the command waited for failed.",
    advice: "The message says why; see that code.",
  },
  ERR_WAITED_TOO_LONG: {
    means: "The run that the command waited for did not end in time; it continues.",
    advice: "Look again later, or wait longer with --timeout.",
  },
  ERR_FILE: {
    means: "A file cannot be read or written, or already exists.",
    advice: "The message names it.",
  },
  ERR_FOLDER_SHARED: {
    means:
      "A folder for secrets is open to other users of the machine and holds files of others, so it was left alone.",
    advice: "Name a folder of its own, or close this one: `chmod 700`.",
  },
  ERR_CAPTURE_MALFORMED: {
    means: "The file does not hold a captured callback.",
    advice: "`fleetkeeper callback verify --help` shows the formats.",
  },
  ERR_INTERRUPTED: {
    means: "The command was interrupted.",
    advice: "Start it again if that was not intended.",
  },
} satisfies Record<string, Explanation>;
