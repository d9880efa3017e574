// The files that pages need, read once; the hash in a name lets browsers keep a file for ever.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export interface Asset {
  file: string;
  type: string;
  content: Buffer;
}

export const styleSheet = readAsset("board", "css", "text/css; charset=utf-8");
export const icon = readAsset("icon", "svg", "image/svg+xml");
export const sessionWatch = readAsset("session-watch", "js", "text/javascript; charset=utf-8");
export const assets: readonly Asset[] = [styleSheet, icon, sessionWatch];

export const pathOf = (asset: Asset): string => `/assets/${asset.file}`;

function readAsset(name: string, extension: string, type: string): Asset {
  const content = readFileSync(new URL(`../assets/${name}.${extension}`, import.meta.url));
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  return { file: `${name}.${hash}.${extension}`, type, content };
}
