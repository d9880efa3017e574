// The control API under `/_control/`: what a test in the same process does by code, for everybody else.
import type { FastifyInstance } from "fastify";
import { requireSameOrigin } from "../http/same-origin.ts";
import type { World } from "../world.ts";
import { addAccountControl } from "./account-control.ts";
import { addFaultControl } from "./fault-control.ts";
import { settingsSchema } from "./schemas.ts";

export function addControl(server: FastifyInstance, world: World): void {
  server.register(
    async (control) => {
      control.addHook("onRequest", requireSameOrigin);
      addAccountControl(control, world);
      addFaultControl(control, world);
      control.get("/settings", async () => world.settings);
      control.patch("/settings", { schema: { body: settingsSchema } }, async ({ body }) =>
        Object.assign(world.settings, body),
      );
      control.post("/rotate-keys", async ({ body }) => {
        const { keepOld } = (body ?? {}) as { keepOld?: boolean };
        return { kids: await world.keys.rotate({ keepOld }) };
      });
      control.get("/requests", async ({ query }) => {
        const { accountId } = query as { accountId?: string };
        return {
          total: world.requests.count({ accountId }),
          maxConcurrent: world.requests.maxConcurrent({ accountId }),
          byOperation: world.requests.byOperation(accountId),
          limitsExceeded: world.requests.limitsExceeded(accountId),
        };
      });
      control.post("/reset", async ({ body }) => {
        const { accounts = false } = (body ?? {}) as { accounts?: boolean };
        reset(world, accounts);
        return { reset: true };
      });
    },
    { prefix: "/_control" },
  );
}

/**
 * Ends faults and starts counts, limits and budgets at zero; if asked, forgets every account and token too.
 */
function reset(world: World, accounts: boolean): void {
  world.faults.clear();
  world.requests.reset();
  world.windows.clear();
  world.budgets.clear();
  if (!accounts) return;
  world.accounts.clear();
  world.tokens.clear();
}
