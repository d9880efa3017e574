// What the audit log holds of one action.

import type { InstallationId } from "@fleetkeeper/model";

/** Collection `audit`: what operators did. Outlives the account. */
export interface AuditDocument {
  /** `<installation id, queue-<name>, apikey-<id> or topic-<name>>/<time, ISO>-<random>`. */
  _id: string;
  at: Date;
  /** User name. */
  who: string;
  /** For instance `pause`. */
  action: string;
  installationId?: InstallationId;
  /** Of an action on all of a queue, which is about no account. */
  queue?: string;
  /** Of an action on an API key: its id. */
  apiKey?: string;
  /** Of what is about none of these, such as `logins`. */
  topic?: string;
  /** Of a login: where it came from. */
  address?: string;
  /** The sync, where it is about one. */
  sync?: string;
  /** Absent where it was done, or is noted before it is done; what then fails is noted again. */
  outcome?: "failed" | "refused";
  /** Why it failed. */
  code?: string;
}
