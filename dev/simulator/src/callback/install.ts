// Sends the install callback of an account: a JSON body and its token in the header `Trackunit-Identity`.
import { type Dispatcher, request } from "undici";
import { CallbackUnreachableError, NoCallbackUrlError, UnknownAccountError } from "../errors.ts";
import type { World } from "../world.ts";
import {
  type CallbackClaims,
  type CallbackTokenOptions,
  claimsFor,
  signCallbackToken,
} from "./callback-token.ts";

export interface InstallOptions extends CallbackTokenOptions {
  /** Default: the simulator's. */
  callbackUrl?: string | undefined;
  /** Default INSTALLED, the only value that Trackunit documents. */
  type?: string | undefined;
  irisAppId?: string | undefined;
  /** More keys of the body, or other values for the usual ones. */
  extra?: object | undefined;
  /** Gives the account a new secret first. */
  newSecret?: boolean | undefined;
  /** Puts `Bearer ` before the token. */
  bearer?: boolean | undefined;
  /** More claims, or other values for the usual ones. */
  claims?: CallbackClaims | undefined;
  /** Sends this token as it is; null sends no header. */
  token?: string | null | undefined;
  /** Default 10 000. */
  timeoutMs?: number | undefined;
}

/** The receiver's answer: parsed if it is JSON, as text otherwise. */
export interface InstallAnswer {
  status: number;
  body: unknown;
}

export async function install(
  world: World,
  accountId: string,
  options: InstallOptions = {},
): Promise<InstallAnswer> {
  const account = world.accounts.get(accountId);
  if (!account) throw new UnknownAccountError(`There is no account ${accountId}.`);
  const url = options.callbackUrl ?? world.settings.callbackUrl;
  if (!url) throw new NoCallbackUrlError("No callback URL is set.");
  if (options.newSecret) account.renewSecret();
  const irisAppId = options.irisAppId ?? world.settings.app;
  const body = {
    type: options.type ?? "INSTALLED",
    irisAppId,
    accountId,
    clientId: account.clientId,
    clientSecret: account.clientSecret,
    ...options.extra,
  };
  const claims = { ...claimsFor({ issuer: world.url(), irisAppId, accountId }), ...options.claims };
  const token =
    options.token === undefined
      ? await signCallbackToken(world.keys, world.now(), claims, options)
      : options.token;
  const identity = token === null ? {} : { "trackunit-identity": options.bearer ? `Bearer ${token}` : token };
  account.lastInstall = { at: world.now(), status: undefined };
  const answer = await post(
    world.callbacks,
    url,
    JSON.stringify(body),
    identity,
    options.timeoutMs ?? 10_000,
  );
  account.lastInstall.status = answer.status;
  return answer;
}

async function post(
  dispatcher: Dispatcher,
  url: string,
  body: string,
  identity: Record<string, string>,
  timeoutMs: number,
): Promise<InstallAnswer> {
  try {
    const answer = await request(url, {
      method: "POST",
      dispatcher,
      body,
      headers: { "content-type": "application/json", ...identity },
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: answer.statusCode, body: parsed(await answer.body.text()) };
  } catch (cause) {
    throw new CallbackUnreachableError(`No answer from ${url}.`, { cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
