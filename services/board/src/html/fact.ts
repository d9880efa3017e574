// A name and its value in a list of facts (`dl`).

import { type Html, html } from "./html.ts";

export function fact(name: string, value: Html): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}
