// `/api-keys`: listed for everybody; made and revoked by operators, as the command line does it.

import { type ApiRight, apiRights } from "@fleetkeeper/model";
import { type ApiKeyActions, WrongStateError } from "@fleetkeeper/operator";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance } from "fastify";
import { operatorsOnly } from "../auth/gate.ts";
import { pageStateOf } from "../auth/page-state.ts";
import { BoardError } from "../errors.ts";
import { sendPage } from "../html/html.ts";
import type { Notices } from "../html/notices.ts";
import { apiKeysPath, newApiKeyPath, revokeApiKeyPath } from "../html/paths.ts";
import { questionPage } from "../html/question-page.ts";
import { capitalised } from "../html/words.ts";
import { apiKeyListPage, newKeyPage } from "./list-page.ts";
import { newApiKeyPage } from "./new-page.ts";

interface NewForm {
  Body: { name: string; app: string; rights: ApiRight[] };
}

interface OneKey {
  Params: { id: string };
}

/** One checked box comes as a text, which Fastify makes a list of. */
const newForm = {
  type: "object",
  required: ["name"],
  properties: {
    name: { type: "string", maxLength: 200 },
    app: { type: "string", maxLength: 200, default: "" },
    rights: { type: "array", items: { enum: apiRights }, maxItems: apiRights.length, default: [] },
  },
} as const;

export function addApiKeyRoutes(
  server: FastifyInstance,
  options: { keys: ApiKeyActions; notices: Notices; log: Log; now: () => Date },
): void {
  const { keys, notices, log, now } = options;
  const toOperators = { preHandler: operatorsOnly };
  const fromOperators = { preHandler: [operatorsOnly, server.csrfProtection] };

  server.get(apiKeysPath, async (request, reply) => {
    const notice = notices.take(request, reply);
    const page = pageStateOf(request, reply, apiKeysPath);
    return sendPage(reply, apiKeyListPage({ ...page, keys: await keys.list(), at: now(), notice }));
  });

  server.get(newApiKeyPath, toOperators, async (request, reply) => {
    const form = { name: "", app: "", rights: [] };
    return sendPage(reply, newApiKeyPage({ ...pageStateOf(request, reply, newApiKeyPath), form }));
  });

  server.post<NewForm>(
    newApiKeyPath,
    { schema: { body: newForm }, ...fromOperators },
    async (request, reply) => {
      const page = pageStateOf(request, reply, newApiKeyPath);
      const user = request.identity?.user ?? "";
      const form = { ...request.body, name: request.body.name.trim(), app: request.body.app.trim() };
      try {
        const irisAppId = form.app === "" ? null : form.app;
        const { key, id } = await keys.create(user, { ...form, irisAppId });
        log.info({ user, operation: "make API key", apiKey: id }, "operation");
        return sendPage(reply.code(201), newKeyPage({ ...page, key, name: form.name }));
      } catch (error) {
        if (!(error instanceof WrongStateError)) throw error;
        const fault = `${capitalised(error.message)}.`;
        return sendPage(reply.code(400), newApiKeyPage({ ...page, form, fault }));
      }
    },
  );

  server.get<OneKey>(revokeApiKeyPath(":id"), toOperators, async (request, reply) => {
    const { id } = request.params;
    const key = (await keys.list()).find(({ _id }) => _id === id);
    if (key === undefined) throw new BoardError("ERR_NOT_FOUND");
    return sendPage(
      reply,
      questionPage({
        ...pageStateOf(request, reply, request.url),
        question: `Revoke the API key ${key.name}?`,
        consequence:
          "Within 5 seconds, requests with it are refused. This cannot be undone; make a new key instead.",
        verb: "Revoke the key",
        irrevocable: true,
        postTo: revokeApiKeyPath(id),
        back: apiKeysPath,
      }),
    );
  });

  server.post<OneKey>(revokeApiKeyPath(":id"), fromOperators, async (request, reply) => {
    const user = request.identity?.user ?? "";
    const { _id, name } = await keys.revoke(user, request.params.id);
    log.info({ user, operation: "revoke API key", apiKey: _id }, "operation");
    notices.leave(reply, `Revoked: the API key ${name}.`);
    return reply.redirect(apiKeysPath, 303);
  });
}
