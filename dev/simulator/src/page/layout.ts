// The frame of the page: its head, its looks and the notice of what was just done.
import { escapeMarkup } from "./html.ts";
import type { Notice } from "./notices.ts";
import { styles } from "./styles.ts";

export function layout(content: string, notice: Notice | undefined): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Simulated Trackunit</title>
<style>${styles}</style>
</head>
<body>
<main>
<header>
<h1>Simulated Trackunit</h1>
<p>A simulated Trackunit on this machine. It never contacts the real one.</p>
</header>
${notice ? noticeMarkup(notice) : ""}
${content}
</main>
</body>
</html>
`;
}

function noticeMarkup({ failed, title, detail }: Notice): string {
  const body = detail ? `<pre>${escapeMarkup(detail)}</pre>` : "";
  const kind = failed ? 'class="notice failed" role="alert"' : 'class="notice" role="status"';
  return `<section ${kind}><h2>${escapeMarkup(title)}</h2>${body}</section>`;
}
