// The head of a table, from the names of its columns.

import { type Html, html } from "./html.ts";

/** A column's name; `number` of one that holds numbers; false for one that is left out. */
export type Column = string | Html | { number: string } | false;

export function tableHead(columns: readonly Column[]): Html {
  return html`<thead><tr>${columns.map((column) => {
    if (column === false) return "";
    if (typeof column === "object" && "number" in column)
      return html`<th scope="col" class="number">${column.number}</th>`;
    return html`<th scope="col">${column}</th>`;
  })}</tr></thead>`;
}
