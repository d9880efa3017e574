// The one HTML page of the Bull board: without what it loads from elsewhere, and under a policy of its own.

import { pageScript, pathOf, sessionWatch } from "../../html/assets.ts";
import { belowBasePath } from "../../html/base-path.ts";

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

/**
 * Drops the links to other hosts, which are there for fonts, and adds the watch for the session's end and our
 * keys.
 */
export function adaptEntryPage(page: string, basePath: string): string {
  const adapted = page
    .replace(/<link\b[^>]*\bhref="https:[^>]*>/g, "")
    .replace(
      "</head>",
      `<script src="${pathOf(sessionWatch)}"></script><script src="${pathOf(pageScript)}"></script></head>`,
    );
  return belowBasePath(adapted, basePath);
}
