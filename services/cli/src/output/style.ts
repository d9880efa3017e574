// Colour for people: only on a terminal, and never against NO_COLOR.

import { styleText } from "node:util";

export type Tone = "good" | "busy" | "wait" | "bad" | "quiet" | "strong";

const formats = {
  good: "green",
  busy: "cyan",
  wait: "yellow",
  bad: "red",
  quiet: "gray",
  strong: "bold",
} as const;

export type Paint = (tone: Tone, text: string) => string;

export function createPaint(stream: NodeJS.WriteStream): Paint {
  return (tone, text) => styleText(formats[tone], text, { stream, validateStream: true });
}
