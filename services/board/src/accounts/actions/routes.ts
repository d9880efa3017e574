// `/accounts/:installationId/do/:action`: GET asks, POST does. For operators; the gate and the form's token
// stand before it.

import { asInstallationId, syncIdOf } from "@fleetkeeper/model";
import { NotFoundError as NothingToActOnError, type OperatorActions } from "@fleetkeeper/operator";
import { rowOf, type Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { operatorsOnly } from "../../auth/gate.ts";
import { pageStateOf } from "../../auth/page-state.ts";
import { BoardError, isBoardError } from "../../errors.ts";
import { sendPage } from "../../html/html.ts";
import type { Notices } from "../../html/notices.ts";
import { accountPath } from "../../html/paths.ts";
import type { AccountAction, Form, Subject } from "./action.ts";
import { findAction } from "./actions.ts";
import { confirmPage } from "./confirm-page.ts";

interface ActionRoute {
  Params: { installationId: string; action: string };
  Querystring: { sync?: string };
  Body: Form;
}

const schema = {
  querystring: { type: "object", properties: { sync: { type: "string", maxLength: 100 } } },
} as const;
const body = { type: "object", additionalProperties: { type: "string", maxLength: 2_000 } } as const;

export function addAccountActionRoutes(
  server: FastifyInstance,
  options: { store: Store; actions: OperatorActions; notices: Notices; log: Log },
): void {
  const { store, actions, notices, log } = options;
  const path = "/accounts/:installationId/do/:action";

  server.get<ActionRoute>(path, { schema, preHandler: operatorsOnly }, async (request, reply) =>
    ask(request, reply, await actionOf(request)),
  );

  server.post<ActionRoute>(
    path,
    { schema: { ...schema, body }, preHandler: [operatorsOnly, server.csrfProtection] },
    async (request, reply) => {
      const { action, subject } = await actionOf(request);
      const who = request.identity?.user ?? "";
      const { _id: installationId } = subject.installation;
      try {
        const notice = await action.carryOut(actions, who, subject, request.body);
        log.info(
          { user: who, operation: action.name, installationId, sync: subject.sync?.sync },
          "operation",
        );
        notices.leave(reply, notice);
        return reply.redirect(accountPath(installationId), 303);
      } catch (error) {
        if (!isBoardError(error, "ERR_BAD_FORM")) throw error;
        reply.code(error.statusCode);
        return ask(request, reply, { action, subject, fault: error.message });
      }
    },
  );

  /** What the address says is to be done to what. */
  async function actionOf(
    request: FastifyRequest<ActionRoute>,
  ): Promise<{ action: AccountAction; subject: Subject }> {
    const { sync: syncName } = request.query;
    const action = findAction(request.params.action, syncName !== undefined);
    if (action === undefined) throw new BoardError("ERR_NOT_FOUND");
    const id = asInstallationId(request.params.installationId);
    const [found, sync] = await Promise.all([
      store.installations.find(id),
      syncName === undefined ? undefined : store.syncs.find(syncIdOf(id, syncName)),
    ]);
    if (found === null || sync === null) throw new NothingToActOnError("there is no such account or sync");
    return { action, subject: { installation: rowOf(found), sync } };
  }

  function ask(
    request: FastifyRequest<ActionRoute>,
    reply: FastifyReply,
    what: { action: AccountAction; subject: Subject; fault?: string },
  ): Promise<FastifyReply> {
    return sendPage(reply, confirmPage({ ...pageStateOf(request, reply, request.url), ...what }));
  }
}
