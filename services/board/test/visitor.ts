// A user with a browser and no scripts: keeps cookies, sends forms with the token of the page they
// are on.

import { cookiesOf, csrfTokenOf, logIn } from "./board-world.ts";

export type Visitor = Awaited<ReturnType<typeof visit>>;

export async function visit(url: string, user: { name: string; password: string }) {
  const cookies = new Map<string, string>();
  const keep = (text: string) => {
    for (const cookie of text.split("; ").filter((part) => part !== ""))
      cookies.set(cookie.slice(0, cookie.indexOf("=")), cookie);
  };
  keep(await logIn(url, user));

  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(url + path, {
      redirect: "manual",
      ...init,
      headers: {
        accept: "text/html",
        cookie: [...cookies.values()].join("; "),
        origin: url,
        ...init.headers,
      },
    });
    keep(cookiesOf(response));
    return response;
  }

  return {
    send,
    /** The page at this address, with any status. */
    page: async (path: string) => (await send(path)).text(),
    /** Opens the page and sends its form, with these fields besides the token. */
    async submit(path: string, fields: Record<string, string> | [string, string][] = {}): Promise<Response> {
      const _csrf = csrfTokenOf((await (await send(path)).text()).split('<main id="main"')[1] ?? "");
      const filled = Array.isArray(fields) ? fields : Object.entries(fields);
      return send(path, { method: "POST", body: new URLSearchParams([["_csrf", _csrf], ...filled]) });
    },
  };
}
