// Actions that are in the audit log before they are done, and again, as failed, where they then fail.

import type { AuditEntry, Store } from "@fleetkeeper/store";

type Audit = Pick<Store["audit"], "add">;
type Actions = Record<string, (...args: never[]) => Promise<unknown>>;

/** `create` is called for each action with a log that remembers what the action noted. */
export function notingFailures<Created extends Actions>(
  { audit }: Pick<Store, "audit">,
  now: () => Date,
  create: (audit: Audit) => Created,
): Created {
  const names = Object.keys(create(audit));
  const noting =
    (name: string) =>
    async (...args: never[]) => {
      let noted: AuditEntry | undefined;
      const actions = create({
        async add(entry) {
          noted = entry;
          return audit.add(entry);
        },
      });
      try {
        return await actions[name]?.(...args);
      } catch (error) {
        // What was refused before it was noted was not begun. That the log cannot be written must not hide
        // why it failed.
        if (noted !== undefined)
          await audit
            .add({ ...noted, at: now(), outcome: "failed", code: codeOf(error) })
            .catch(() => undefined);
        throw error;
      }
    };
  return Object.fromEntries(names.map((name) => [name, noting(name)])) as Created;
}

/** The code of any thrown value; `ERR_INTERNAL` where it has none. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "ERR_INTERNAL";
}
