// `docs/errors.md`, made from the tables that the errors are in.

import { BoardError, boardErrorCodes } from "@fleetkeeper/board";
import { Refusal, refusalCodes } from "@fleetkeeper/callbacks";
import { explanations } from "@fleetkeeper/operator";
import { WebhookRefusal, webhookRefusalCodes } from "@fleetkeeper/webhooks";

/** The whole document. */
export function errorsDocument(): string {
  const sections = Object.entries(explanations).map(([title, codes]) => {
    const entries = Object.entries(codes).map(
      ([code, { means, advice }]) => `### ${code}\n\n${means}\n\n**What to do:** ${advice}\n`,
    );
    return `## ${title}\n\n${entries.join("\n")}`;
  });
  return `# Error codes

Every code that a page, a command, an answer or a log line can show. A code is stable; its message may change. \`fleetkeeper explain <code>\` and the board's page \`/errors\` say the same. Made by \`pnpm docs:write\`; a test compares it with the code.

${sections.join("\n")}
## Answers to callbacks

What Trackunit is told when a callback is refused. Answers with 429 and 503 have \`Retry-After\`: the callback may be sent again.

${list(refusalCodes.map((code) => ({ code, ...new Refusal(code).rule })))}

## Answers to webhooks

What the sender of a webhook is told when a delivery is refused.

${list(webhookRefusalCodes.map((code) => ({ code, ...new WebhookRefusal(code).rule })))}

## Answers of the board

${list(boardErrorCodes.map((code) => ({ code, ...new BoardError(code).rule })))}

## Answers of the API

See [docs/api.md](api.md#refusals).
`;
}

function list(answers: { code: string; status: number; message: string }[]): string {
  return answers.map(({ code, status, message }) => `- \`${code}\` (${status}): ${message}`).join("\n");
}
