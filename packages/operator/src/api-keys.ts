// Making and revoking API keys: the same from page and command line, each in the audit log before it is done.

import { type ApiRight, makeApiKey } from "@fleetkeeper/model";
import { type ApiKeyRow, maxApiKeys, type Store } from "@fleetkeeper/store";
import { NotFoundError, WrongStateError } from "./errors.ts";

/** Each is in the audit log before it is done. */
export type ApiKeyActions = ReturnType<typeof createApiKeyActions>;

/** What a key is to be. The key itself is in the answer, and nowhere else. */
export interface NewApiKey {
  /** For people: up to 100 characters. */
  name: string;
  rights: readonly ApiRight[];
  /** The one app whose accounts it sees; null: of all apps. */
  irisAppId: string | null;
}

/** `who`: the user's name, for the audit log. */
export function createApiKeyActions(options: { store: Pick<Store, "apiKeys" | "audit">; now: () => Date }) {
  const { store, now } = options;

  return {
    /**
     * @returns the key's text, which is stored nowhere and cannot be shown again.
     * @throws WrongStateError where the name cannot be meant, it has no right, or there are 500 keys
     */
    async create(who: string, wanted: NewApiKey): Promise<{ key: string; id: string }> {
      const { name, irisAppId } = wanted;
      const rights = [...new Set(wanted.rights)];
      if (!/^[^\p{Cc}]{1,100}$/u.test(name))
        throw new WrongStateError("a key's name has 1 to 100 characters, none of them a control character");
      if (rights.length === 0) throw new WrongStateError("a key without a right can do nothing");
      const { key, id, hash } = makeApiKey();
      const createdAt = now();
      const of = irisAppId === null ? "all apps" : irisAppId;
      const action = `make API key "${name}" of ${of}: ${rights.join(", ")}`;
      await store.audit.add({ at: createdAt, who, action, apiKey: id });
      const isAdded = await store.apiKeys.add({
        id,
        hash,
        name,
        rights,
        irisAppId,
        createdAt,
        createdBy: who,
      });
      if (!isAdded) throw new WrongStateError(`there are already ${maxApiKeys} keys, the most allowed`);
      return { key, id };
    },

    async list(): Promise<ApiKeyRow[]> {
      return store.apiKeys.list();
    },

    /**
     * Within seconds no process takes it any more.
     * @throws NotFoundError, WrongStateError where it was revoked before
     */
    async revoke(who: string, id: string): Promise<ApiKeyRow> {
      const found = await store.apiKeys.find(id);
      if (found === null) throw new NotFoundError(`there is no API key ${id}`);
      const at = now();
      await store.audit.add({ at, who, action: `revoke API key "${found.name}"`, apiKey: id });
      if (!(await store.apiKeys.revoke(id, at))) throw new WrongStateError("the key is revoked already");
      const { hash: _, ...row } = found;
      return { ...row, revokedAt: at };
    },
  };
}
