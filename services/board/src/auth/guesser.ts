// Whose guesses count together: a browser's that has logged in before, else its address's.

import type { FastifyRequest } from "fastify";
import type { BoardCookie } from "./cookies.ts";
import { clientOf } from "./guess-limit.ts";

export type GuesserOf = (request: FastifyRequest) => string;

export function createGuesserOf(knownBrowser: BoardCookie): GuesserOf {
  return (request) => {
    const cookie = request.cookies[knownBrowser.name];
    const browser = cookie === undefined ? undefined : request.unsignCookie(cookie);
    return browser?.valid ? `browser ${browser.value}` : `address ${clientOf(request.ip)}`;
  };
}
