// What is wrong, in one box for what needs an operator and one for what passes or may wait.

import { type Html, html } from "./html.ts";

export function noticesByMood(lines: readonly { mood: "bad" | "wait"; line: Html }[]): Html {
  return html`${(["bad", "wait"] as const).map((mood) => {
    const ofMood = lines.filter((line) => line.mood === mood);
    if (ofMood.length === 0) return html``;
    return html`<div class="notice ${mood}" role="status">
      <ul class="plain-list">${ofMood.map(({ line }) => html`<li>${line}</li>`)}</ul>
    </div>`;
  })}`;
}
