// A user with a browser and no scripts, who goes from the board to the provider and back.

import { csrfTokenOf } from "../../board-world.ts";

export type Traveller = ReturnType<typeof travel>;

export function travel(boardUrl: string) {
  // Cookies know no ports: one jar serves both.
  const jar = new Map<string, string>();

  async function send(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { accept: "text/html", origin: new URL(url).origin, cookie, ...init.headers };
    const response = await fetch(url, { redirect: "manual", ...init, headers });
    for (const text of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      if (value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  const locationOf = (response: Response) =>
    new URL(response.headers.get("location") ?? "/no-location", response.url).href;

  /** From the board's link to the address that the provider sends back to. */
  async function arrive(sub: string, next = "/"): Promise<string> {
    const begun = await send(`${boardUrl}/login/oidc?next=${encodeURIComponent(next)}`);
    const toInteraction = await send(locationOf(begun));
    const interaction = locationOf(toInteraction);
    await send(interaction);
    const answered = await send(interaction, {
      method: "POST",
      body: new URLSearchParams({ prompt: "login", login: sub, password: "any" }),
    });
    return locationOf(await send(locationOf(answered)));
  }

  return {
    jar,
    send,
    locationOf,
    get: (path: string) => send(boardUrl + path),
    arrive,
    /** The whole way; the board's answer to the callback. */
    logIn: async (sub: string, next?: string) => send(await arrive(sub, next)),
    /** Opens the page and sends its form, with these fields besides the token. */
    async submit(path: string, fields: Record<string, string> = {}, to = path): Promise<Response> {
      const page = await (await send(boardUrl + path)).text();
      const _csrf = csrfTokenOf(to === path ? (page.split('<main id="main"')[1] ?? "") : page);
      return send(boardUrl + to, { method: "POST", body: new URLSearchParams({ _csrf, ...fields }) });
    },
  };
}
