// The one HTML page of the Bull board: without what it loads from elsewhere, under a policy of its own, and
// with our navigation.

import { pageScript, pathOf, queuesStyleSheet, sessionWatch } from "../../html/assets.ts";
import { belowBasePath } from "../../html/base-path.ts";
import { html } from "../../html/html.ts";
import { mainNavigation } from "../../html/layout.ts";

/** Scripts from here only. Styles also inline: its components set them so. */
export const entryPageCsp = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const scripts = [sessionWatch, pageScript].map((script) => `<script src="${pathOf(script)}"></script>`);
const headEnd = `${scripts.join("")}<link rel="stylesheet" href="${pathOf(queuesStyleSheet)}"></head>`;

/**
 * Drops the links to other hosts, which are there for fonts, and adds our navigation, the watch for the
 * session's end and our keys.
 */
export async function adaptEntryPage(page: string, basePath: string): Promise<string> {
  const top = String(await html`<header class="our-top">${mainNavigation("/queues/")}</header>`);
  const adapted = page
    .replace(/<link\b[^>]*\bhref="https:[^>]*>/g, "")
    .replace("</head>", headEnd)
    .replace('<div id="root">', `${top}<div id="root">`);
  return belowBasePath(adapted, basePath);
}
