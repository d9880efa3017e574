// By e-mail, through the operator's own mail server (SMTP).

import { MailNotSentError } from "./errors.ts";
import { type Message, subjectOf, textOf } from "./words.ts";

/** The mail server, and who writes to whom. */
export interface MailSettings {
  /** `smtp://` or `smtps://`, with user and password where it wants them. */
  url: string;
  /**
   * Also goes over a connection in clear: for a mail server in our own network. Otherwise TLS is required.
   */
  isPrivate: boolean;
  from: string;
  to: readonly string[];
}

const timeoutMs = 10_000;

/** Sends one message over a connection of its own. */
export function createMail({ url, isPrivate, from, to }: MailSettings) {
  // With the first message: a twentieth of the board's start, and most boards send none.
  const load = async () =>
    (await import("nodemailer")).createTransport({
      url,
      requireTLS: !isPrivate,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      dnsTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  let transport: ReturnType<typeof load> | undefined;

  /** @throws MailNotSentError */
  return async (message: Message): Promise<void> => {
    const host = from.replace(/^.*@|>$/g, "").replace(/>$/, "");
    try {
      transport ??= load();
      await (await transport).sendMail({
        from,
        to: [...to],
        subject: subjectOf(message),
        text: textOf(message),
        messageId: `<${message.id}@${host}>`,
        date: message.at,
        headers: { "auto-submitted": "auto-generated" },
      });
    } catch (cause) {
      throw new MailNotSentError(reasonOf(cause));
    }
  };
}

/** What a mail server answers may repeat what it was sent. */
function reasonOf(cause: unknown): string {
  const { code, responseCode, command } = cause as { code?: string; responseCode?: number; command?: string };
  const answer = responseCode === undefined ? (code ?? "no answer") : `${responseCode}`;
  return `the mail server did not take the message (${answer}${command === undefined ? "" : ` to ${command}`})`;
}
