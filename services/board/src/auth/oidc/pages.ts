// OpenID Connect's part of the login page, and the page after a logout.

import { type Html, html } from "../../html/html.ts";
import { plainLayout } from "../../html/layout.ts";

export function oidcLoginPart(options: { providerName: string; next: string; isAway: boolean }): Html {
  const { providerName, next, isAway } = options;
  const path = `/login/oidc?next=${encodeURIComponent(next)}`;
  return html`${isAway ? html`<p class="notice wait" role="status">${providerName} has not answered since the board started. The board keeps asking; the password works meanwhile.</p>` : ""}
    <a class="button wide" href="${path}">${isAway ? "Try" : "Log in with"} ${providerName}</a>`;
}

/** The board's session has ended, the provider's has not. */
export function loggedOutPage(options: { providerName: string; endSessionUrl: string }): Html {
  const { providerName, endSessionUrl } = options;
  return plainLayout({
    title: "Logged out",
    content: html`<section class="card">
      <h1>Logged out</h1>
      <p>You are logged out of the board, but not of ${providerName}: anyone who uses this browser can log in again without a password.</p>
      <a class="button wide" href="${endSessionUrl}">Log out of ${providerName} too</a>
      <p class="after"><a href="/login">Log in again</a></p>
    </section>`,
  });
}
