// A refusal or a failure, for a person.

import type { Identity } from "../auth/identity.ts";
import { type Html, html } from "./html.ts";
import { plainLayout } from "./layout.ts";

export function errorPage(error: {
  status: number;
  code: string;
  message: string;
  identity: Identity | undefined;
}): Html {
  const title = error.status === 404 ? "Not found" : error.status < 500 ? "Refused" : "Something broke";
  return plainLayout({
    title,
    content: html`<section class="card">
      <h1>${title}</h1>
      <p>${error.message}</p>
      <p class="faint">${error.status} <code>${error.code}</code></p>
      <p><a href="${error.identity === undefined ? "/login" : "/"}">Back to the board</a></p>
    </section>`,
  });
}
