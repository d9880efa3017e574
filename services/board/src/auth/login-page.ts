// The login page, and the password's part of it.

import { type Html, html } from "../html/html.ts";
import { plainLayout } from "../html/layout.ts";
import type { LoginPageState } from "./login-method.ts";

export function loginPage(page: { parts: readonly Html[]; message: string | undefined }): Html {
  return plainLayout({
    title: "Log in",
    content: html`<section class="card">
      <h1>Log in</h1>
      ${page.message === undefined ? "" : html`<p class="notice bad" role="alert">${page.message}</p>`}
      ${page.parts.map((part, index) => html`${index === 0 ? "" : html`<p class="or"><span>or</span></p>`}${part}`)}
    </section>`,
  });
}

export function passwordForm({ csrfToken, next }: LoginPageState): Html {
  return html`<form class="stack" method="post" action="/login">
    <input type="hidden" name="_csrf" value="${csrfToken}">
    <input type="hidden" name="next" value="${next}">
    <label for="user">User</label>
    <input id="user" name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus>
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required>
    <button>Log in</button>
  </form>`;
}
