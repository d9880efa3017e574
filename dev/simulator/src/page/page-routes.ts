// The page and its forms. Each form answers with a redirect back to the page, which then says what happened.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { install } from "../callback/install.ts";
import { BadInputError, CallbackUnreachableError, SimulatorError, UnknownAccountError } from "../errors.ts";
import { requireSameOrigin } from "../http/same-origin.ts";
import type { World } from "../world.ts";
import { accountsPage } from "./accounts-page.ts";
import { addFault, endFault } from "./faults-section.ts";
import { layout } from "./layout.ts";
import { type Notice, Notices } from "./notices.ts";

type Action = (world: World, form: URLSearchParams, accountId: string) => Promise<Notice> | Notice;

export function addPage(server: FastifyInstance, world: World): void {
  const notices = new Notices();
  server.get("/", async ({ query }, reply) => {
    const notice = notices.get((query as { notice?: string }).notice);
    reply.headers({ "content-type": "text/html; charset=utf-8", "content-security-policy": policy });
    return layout(await accountsPage(world), notice);
  });
  for (const [path, act] of Object.entries(actions)) {
    server.post(`/_page/${path}`, { onRequest: requireSameOrigin }, async (request, reply) => {
      const { accountId = "" } = request.params as { accountId?: string };
      return reply.redirect(notices.add(await outcome(() => act(world, formOf(request), accountId))), 303);
    });
  }
}

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'";

const actions: Record<string, Action> = {
  "callback-url": ({ settings }, form) => {
    const url = form.get("callbackUrl") ?? "";
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new BadInputError(`"${url}" is not an http or https URL.`);
    settings.callbackUrl = url;
    return { failed: false, title: "Callback URL saved" };
  },
  accounts: ({ accounts }, form) => {
    const name = form.get("name")?.trim() || undefined;
    const added = accounts.add({ name, assets: amount(form, "assets"), sites: amount(form, "sites") });
    return { failed: false, title: `Added ${added.name}`, detail: added.accountId };
  },
  "accounts/:accountId/install": async (world, _form, accountId) => {
    const { status, body } = await install(world, accountId);
    const detail =
      typeof body === "string" ? body.slice(0, 2000) : JSON.stringify(body, null, 2).slice(0, 2000);
    const { name } = accountOf(world, accountId);
    const failed = status >= 300;
    return {
      failed,
      title: `${failed ? "The app refused" : "The app accepted"} the install of ${name}: ${status}`,
      detail,
    };
  },
  "accounts/:accountId/change": (world, form, accountId) => {
    const account = accountOf(world, accountId);
    const { created, updated, deleted } = account.change(amount(form, "count"));
    const detail = `${created.length} created, ${updated.length} updated, ${deleted.length} deleted`;
    return { failed: false, title: `Changed the fleet of ${account.name}`, detail };
  },
  "accounts/:accountId/webhook": async (world, form, accountId) => {
    const { name } = accountOf(world, accountId);
    const type = form.get("type") ?? "";
    const sent = await world.webhooks.send(accountId, [{ type, data: {} }]);
    const statuses = sent.map(({ attempts }) => attempts[0]?.status ?? "no answer");
    if (sent.length === 0) throw new BadInputError(`No webhook target is entered for ${name}.`);
    return { failed: false, title: `Sent ${type} of ${name}: ${statuses.join(", ")}` };
  },
  "accounts/:accountId/revoke": (world, _form, accountId) => {
    const account = accountOf(world, accountId);
    account.revoke();
    return {
      failed: false,
      title: `Revoked ${account.name}`,
      detail: "Its credential and its tokens are refused.",
    };
  },
  "accounts/:accountId/restore": (world, _form, accountId) => {
    const account = accountOf(world, accountId);
    account.restore();
    return { failed: false, title: `Restored ${account.name}` };
  },
  faults: addFault,
  "faults/end": endFault,
  "rotate-keys": async ({ keys }) => ({
    failed: false,
    title: "New signing keys",
    detail: (await keys.rotate()).join("\n"),
  }),
};

async function outcome(act: () => Promise<Notice> | Notice): Promise<Notice> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof SimulatorError)) throw error;
    if (!(error instanceof CallbackUnreachableError)) return { failed: true, title: error.message };
    const reason = error.cause instanceof Error ? error.cause.message || String(error.cause) : "";
    return {
      failed: true,
      title: error.message,
      detail: `${reason}\nIs the app running, and is the callback URL right?`,
    };
  }
}

function accountOf({ accounts }: World, accountId: string) {
  const account = accounts.get(accountId);
  if (!account) throw new UnknownAccountError(`There is no account ${accountId}.`);
  return account;
}

function amount(form: URLSearchParams, name: string): number {
  const text = form.get(name) ?? "";
  if (!/^\d{1,7}$/.test(text)) throw new BadInputError(`${name} must be a whole number, not "${text}".`);
  return Number(text);
}

function formOf({ body }: FastifyRequest): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams();
}
