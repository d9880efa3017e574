// What is asked before endpoints and deliveries of webhooks are changed, and what a yes does.

import { asInstallationId, type InstallationId, shortEndpointId } from "@fleetkeeper/model";
import {
  count,
  instant,
  NotFoundError as NothingToActOnError,
  type WebhookActions,
} from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import type { FastifyRequest } from "fastify";
import { BoardError } from "../errors.ts";
import { type Html, html } from "../html/html.ts";
import {
  accountPath,
  addEndpointPath,
  deliveriesPath,
  deliveryPath,
  endpointActionPath,
  endpointPath,
  replayAllPath,
  replayPath,
} from "../html/paths.ts";
import { type Form, findEndpointAction, keyField } from "./actions.ts";
import { accountOf, deliveriesRequestOf, filtersOf } from "./delivery-query.ts";

/** What is asked, and what a yes does. */
export interface Question {
  question: string;
  consequence: string;
  fields?: Html | undefined;
  verb: string;
  irrevocable?: boolean | undefined;
  /** For the log. */
  operation: string;
  postTo: string;
  back: string;
  /** Returns the notice, and the page that shows it. */
  carryOut(who: string, form: Form): Promise<{ notice: string; next: string }>;
}

/** Each by the request that asks; throws where there is nothing to ask about. */
export function createWebhookQuestions({ store, actions }: { store: Store; actions: WebhookActions }) {
  return {
    /** A new endpoint for an account. */
    async addEndpoint({ query }: FastifyRequest): Promise<Question> {
      const { account = "" } = query as { account?: string };
      const id = asInstallationId(account);
      const found = await store.installations.find(id);
      if (found === null) throw new NothingToActOnError("there is no such account");
      return addQuestion(actions, id, found.accountId);
    },

    /** One of the actions on an endpoint. */
    async actOnEndpoint({ params }: FastifyRequest): Promise<Question> {
      const { endpointId = "", action: name = "" } = params as { endpointId?: string; action?: string };
      const action = findEndpointAction(name);
      if (action === undefined) throw new BoardError("ERR_NOT_FOUND");
      const endpoint = await store.webhookEndpoints.findByEndpointId(endpointId);
      if (endpoint === null) throw new NothingToActOnError("there is no such webhook endpoint");
      const { installationId } = endpoint;
      return {
        ...action,
        consequence: `${action.consequence} It belongs to ${installationId}.`,
        fields: action.fields?.(endpoint),
        operation: `webhook endpoint ${action.name}`,
        postTo: endpointActionPath(action, endpointId),
        back: endpointPath(endpointId),
        async carryOut(who, form) {
          const notice = await action.carryOut(actions, who, endpoint, form);
          return {
            notice,
            next: action.irrevocable ? accountPath(installationId, "events") : endpointPath(endpointId),
          };
        },
      };
    },

    /** One delivery again. */
    async replay({ params }: FastifyRequest): Promise<Question> {
      const { deliveryId = "" } = params as { deliveryId?: string };
      if ((await store.webhookDeliveries.find(deliveryId)) === null)
        throw new NothingToActOnError("there is no such delivery");
      return {
        question: "Replay this delivery?",
        consequence: "A worker starts its syncs again, even if its endpoint is paused.",
        verb: "Replay",
        operation: "replay webhook",
        postTo: replayPath(deliveryId),
        back: deliveryPath(deliveryId),
        async carryOut(who) {
          await actions.replay(who, deliveryId);
          return { notice: "Put back: a worker starts its syncs.", next: deliveryPath(deliveryId) };
        },
      };
    },

    /** The deliveries that a list shows, again. */
    async replayAll({ query }: FastifyRequest): Promise<Question> {
      const request = deliveriesRequestOf(query);
      const installationId = await accountOf(store, request);
      const { endpointId, type, outcome, from, to } = filtersOf(request);
      const which = [
        ...(endpointId === undefined ? [] : [`to endpoint ${shortEndpointId(endpointId)}`]),
        ...(type === undefined ? [] : [`of type ${type}`]),
        ...(outcome === undefined ? [] : [`with outcome ${outcome}`]),
        ...(from === undefined ? [] : [`received from ${instant(from)} on`]),
        ...(to === undefined ? [] : [`received before ${instant(to)}`]),
      ];
      return {
        question: `Replay the deliveries of ${installationId}?`,
        consequence: `${which.length === 0 ? "All that are kept" : `Those ${which.join(", ")}`}, the newest 2,000 at most: a worker starts the syncs of each again, the oldest first. A sync runs only once or twice, for all of them together.`,
        verb: "Replay",
        operation: "replay webhooks",
        postTo: replayAllPath(request),
        back: deliveriesPath(request),
        async carryOut(who) {
          const replayed = await actions.replayAll(who, installationId, filtersOf(request));
          const notice =
            replayed === 0
              ? "There is no such delivery."
              : `${count(replayed)} put back: a worker starts their syncs.`;
          return { notice, next: deliveriesPath(request) };
        },
      };
    },
  };
}

function addQuestion(actions: WebhookActions, installationId: InstallationId, accountId: string): Question {
  return {
    question: `Make an endpoint for the webhooks of account ${accountId}?`,
    consequence:
      "The next page shows its URL and says what to enter in Trackunit Manager. Trackunit Manager shows the signing key once it has the URL: leave the key empty here, and enter it later on the endpoint's page.",
    fields: html`${keyField}
      <label for="events">Types that a delivery without a type counts as, separated by spaces</label>
      <input id="events" name="events" autocomplete="off" autocapitalize="none" spellcheck="false">`,
    verb: "Make endpoint",
    operation: "add webhook endpoint",
    postTo: addEndpointPath(installationId),
    back: accountPath(installationId, "events"),
    async carryOut(who, { key = "", events = "" }) {
      const { endpointId } = await actions.add(who, installationId, {
        key: key.trim() === "" ? undefined : key,
        events: events.split(/[\s,]+/).filter((event) => event !== ""),
      });
      return { notice: "The endpoint is made.", next: endpointPath(endpointId) };
    },
  };
}
