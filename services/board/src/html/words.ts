// Marks and capitals as all pages write them.

import type { Mood } from "@fleetkeeper/operator";
import { type Html, html } from "./html.ts";

export function badge(mood: Mood, text: string): Html {
  return html`<span class="badge ${mood}">${text}</span>`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
