// A refusal or a failure, for a person.

import { type Html, html } from "./html.ts";
import { plainLayout } from "./layout.ts";

export function errorPage(error: {
  status: number;
  code: string;
  message: string;
  back: { path: string; text: string };
}): Html {
  const title = titleOf(error.status);
  return plainLayout({
    title,
    content: html`<section class="card">
      <h1>${title}</h1>
      <p>${error.message}</p>
      <p class="faint">${error.status} <code>${error.code}</code></p>
      <p><a href="${error.back.path}">${error.back.text}</a></p>
    </section>`,
  });
}

function titleOf(status: number): string {
  if (status === 404) return "Not found";
  if (status === 409) return "Not now";
  if (status === 503) return "Not at this moment";
  return status < 500 ? "Refused" : "Something broke";
}
