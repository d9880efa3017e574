// Which account an access token belongs to. Trackunit documents no request that tells, so which one is asked
// is configured.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";
import { z } from "zod";
import { ApiShapeError } from "./errors.ts";
import { graphqlPath } from "./graphql-answer.ts";
import { type HttpOptions, sendRequest } from "./http.ts";

/** A cheap request, and where its answer holds the account's id. */
export interface AccountQuery {
  /** GET below the API's base URL, beginning with `/`; or the text of a GraphQL query. */
  ask: { path: string } | { graphql: string };
  /**
   * Names from the answer's top to the id, with dots between, such as `data.me.accountId`; numbers are places
   * of a list.
   */
  field: string;
  /** The same to the account's name, for people; undefined where the answer holds none. */
  nameField?: string | undefined;
}

/** Whose a token is. */
export interface TokensAccount {
  id: string;
  /** Of at most 200 characters; undefined where the answer tells none, or nothing says where. */
  name: string | undefined;
}

const maxNameLength = 200;

/**
 * Asks with the token, once and outside of the account's limits.
 * @returns the id as the API spells it, without the `___Account___` of a global id.
 * @throws ApiError; ApiShapeError where the answer does not tell.
 */
export async function accountOfToken(
  options: HttpOptions,
  { ask, field, nameField }: AccountQuery,
  accessToken: string,
  signal: AbortSignal,
): Promise<TokensAccount> {
  const request =
    "path" in ask
      ? { family: "account", path: ask.path }
      : { family: "account", path: graphqlPath, method: "POST" as const, body: { query: ask.graphql } };
  const { json } = await sendRequest(options, request, accessToken, signal);
  const found = textAt(json, field);
  if (found === "") throw new ApiShapeError(`the account query's answer has no text at ${field}`);
  const name = nameField === undefined ? "" : textAt(json, nameField).trim().slice(0, maxNameLength);
  return { id: found.replace(/^___\w+?___/, ""), name: name === "" ? undefined : name };
}

function textAt(json: unknown, field: string): string {
  const found = field.split(".").reduce<unknown>(inside, json);
  return typeof found === "string" ? found : "";
}

function inside(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

const fields = { field: z.string().min(1), nameField: z.string().min(1).optional() };
const queryShape = z.union([
  z.strictObject({ path: z.string().startsWith("/"), ...fields }),
  z.strictObject({ graphql: z.string().min(1), ...fields }),
]);

/**
 * Reads `{"path": "/…", "field": "…"}` or `{"graphql": "{ … }", "field": "data.…"}`, either with a
 * `nameField`.
 * @throws AccountQueryError
 */
export function parseAccountQuery(text: string): AccountQuery {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new AccountQueryError("is not JSON");
  }
  const read = queryShape.safeParse(json);
  if (!read.success) throw new AccountQueryError('is neither {"path", "field"} nor {"graphql", "field"}');
  const { field, nameField, ...ask } = read.data;
  return { ask, field, nameField };
}

/** TRACKUNIT_ACCOUNT_QUERY says no query; the message holds nothing of it. */
export class AccountQueryError extends defineError(FleetkeeperError, "ERR_ACCOUNT_QUERY", "never") {}
