// Numbers and marks as all pages write them.

import type { Description } from "@fleetkeeper/operator";
import { type Html, html } from "./html.ts";

export type Mood = Description["mood"];

export const count = (value: number): string => value.toLocaleString("en-US");

/** `1 job`, `2 jobs`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

export function badge(mood: Mood, text: string): Html {
  return html`<span class="badge ${mood}">${text}</span>`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
