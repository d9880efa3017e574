// Fields of a form that searches, and the same values read from an address: an invalid one counts as
// missing.

import { z } from "zod";
import { type Html, html } from "./html.ts";

/** A word to search for, of at most `maxLength` characters; empty: not said. */
export const searchedWord = (maxLength = 300) => z.string().trim().max(maxLength).catch("");

/** As a browser's field for date and time sends it; in UTC. */
export const searchedTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/)
  .refine((text) => !Number.isNaN(Date.parse(`${text}Z`)))
  .optional()
  .catch(undefined);

export function searchField(field: {
  name: string;
  label: string;
  value: string;
  placeholder: string;
}): Html {
  const { name, label, value, placeholder } = field;
  return html`<div>
      <label for="${name}">${label}</label>
      <input id="${name}" name="${name}" type="search" value="${value}" placeholder="${placeholder}" autocapitalize="none" spellcheck="false">
    </div>`;
}

/** `from` and `to`, as `searchedTime` gives them. */
export function timeFields({ from, to }: { from?: string | undefined; to?: string | undefined }): Html {
  return html`<div>
      <label for="from">From (UTC)</label>
      <input id="from" name="from" type="datetime-local" value="${from ?? ""}">
    </div>
    <div>
      <label for="to">Before (UTC)</label>
      <input id="to" name="to" type="datetime-local" value="${to ?? ""}">
    </div>`;
}
