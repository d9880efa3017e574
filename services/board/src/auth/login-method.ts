// One way to log in: by password, or by OpenID Connect.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Html } from "../html/html.ts";
import type { Identity } from "./identity.ts";

export interface LoginMethod {
  /** Its part of the login page: a form, or a link to somewhere else. */
  loginPart(page: LoginPageState): Html;
  /**
   * Adds its routes below `/login`, which are open to everybody; `logIn` is for anyone who proved who they
   * are.
   */
  addRoutes(server: FastifyInstance, logIn: LogIn): void;
  /** Where the logout leads whom this method logged in; undefined for the login page. */
  logoutPathOf?(identity: Identity): string | undefined;
}

export interface LoginPageState {
  /** For forms, in a field named `_csrf`. */
  csrfToken: string;
  /** The path to go to afterwards. */
  next: string;
}

/** Starts a session and sends the browser to `next`. */
export type LogIn = (
  request: FastifyRequest,
  reply: FastifyReply,
  /** `guessedAt`: at whom wrong tries count, if not at the user. */
  login: { identity: Identity; next: string; guessedAt?: string },
) => Promise<FastifyReply>;

/** A path of this board out of what a form or a URL said; `/` for anything else. */
export function safeNext(text: unknown): string {
  if (typeof text !== "string" || !text.startsWith("/")) return "/";
  const base = "http://board.invalid";
  const url = URL.parse(text, base);
  return url?.origin === base && !url.pathname.startsWith("//") ? url.pathname + url.search : "/";
}
