// What an operator can do to an account: the question before, the deed, the notice after.
// `account-actions.ts` lists them.

import { accountInWords, type OperatorActions } from "@fleetkeeper/operator";
import type { InstallationRow, SyncDocument } from "@fleetkeeper/store";
import type { Html } from "../../html/html.ts";

/** What it is done to: an account, or one sync of it. */
export interface Subject {
  installation: InstallationRow;
  sync: SyncDocument | undefined;
}

export type Form = Record<string, string | undefined>;

export interface AccountAction {
  /** In its address. */
  name: string;
  /** With a sync, without, or either. */
  of: "account" | "sync" | "either";
  /** On the button that leads to it and on the one that does it. */
  verb: string;
  /** It cannot be taken back. */
  irrevocable?: boolean;
  question(what: string): string;
  /** What will happen, in a sentence or two. */
  consequence(subject: Subject): string;
  /** Of the form, where it needs more than a yes. */
  fields?(subject: Subject): Html;
  /**
   * Returns the notice of what was done.
   * @throws ERR_BAD_FORM, and what the operator's actions throw
   */
  carryOut(actions: OperatorActions, who: string, subject: Subject, form: Form): Promise<string>;
}

/** `assets of 4711`, `account 4711`, or `account Acme (4711)` where it has a name. */
export function nameOf({ installation, sync }: Subject): string {
  const account = accountInWords(installation);
  return sync === undefined ? `account ${account}` : `${sync.sync} of ${account}`;
}
