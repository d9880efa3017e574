// The files that pages need, read once, and their route. The hash in a name lets browsers keep a file for
// ever.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";

export interface Asset {
  file: string;
  type: string;
  content: Buffer;
}

const script = "text/javascript; charset=utf-8";
const css = "text/css; charset=utf-8";
const own = (file: string) => new URL(`./assets/${file}`, import.meta.url);

/** Later ones refine earlier ones. */
const styles = ["base", "frame", "forms", "marks", "lists", "facts", "charts", "tables"];

export const styleSheet = asset(
  "board.css",
  css,
  Buffer.concat(styles.map((name) => readFileSync(own(`styles/${name}.css`)))),
);
export const icon = asset("icon.svg", "image/svg+xml", readFileSync(own("icon.svg")));
export const sessionWatch = asset("session-watch.js", script, readFileSync(own("session-watch.js")));
export const live = asset("live.js", script, readFileSync(own("live.js")));
/** Of the Bull board's page. */
export const queuesStyleSheet = asset("queues.css", css, readFileSync(own("queues.css")));
export const chart = asset("chart.js", script, readFileSync(own("chart.js")));
export const pageScript = asset("page.js", script, readFileSync(own("page.js")));
/** Changes an element into another one and leaves focus, selection and what did not change alone. */
export const idiomorph = asset(
  "idiomorph.js",
  script,
  readFileSync(new URL(import.meta.resolve("idiomorph/dist/idiomorph.min.js"))),
);
export const assets: readonly Asset[] = [
  ...[styleSheet, queuesStyleSheet, icon],
  ...[sessionWatch, live, chart, pageScript, idiomorph],
];

export const pathOf = (asset: Asset): string => `/assets/${asset.file}`;

/** Adds `/assets/…`, which is open to everybody, since the login page needs it. */
export function addAssetRoute(server: FastifyInstance): void {
  server.get<{ Params: { file: string } }>("/assets/:file", async (request, reply) => {
    const asset = assets.find(({ file }) => file === request.params.file);
    if (asset === undefined) return reply.callNotFound();
    reply.header("cache-control", "public, max-age=31536000, immutable").type(asset.type);
    return reply.send(asset.content);
  });
}

function asset(file: string, type: string, content: Buffer): Asset {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  return { file: file.replace(/\.(?=\w+$)/, `.${hash}.`), type, content };
}
