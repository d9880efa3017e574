// The variables that say how operators are notified of what is wrong: read by the board, which tells, and by
// the command line, which tries it out.

import { z } from "zod";
import { isPrivateHost } from "./addresses.ts";
import type { Values } from "./environment.ts";
import { variable } from "./variable.ts";

const quietPattern = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)(?: ([\w+/-]+))?$/;
const address = /^(?:[^<>@,]*<[^<>@\s,]+@[^<>@\s,]+>|[^<>@\s,]+@[^<>@\s,]+)$/;

/** Each by its name. */
export const notificationVariables = {
  NOTIFICATIONS_SMTP_URL: variable
    .secret()
    .refine((value) => smtpUrlOf(value) !== undefined, {
      error: "is not a URL such as smtps://user:password@mail.your.host:465 (write a % in a password as %25)",
    })
    .optional(),
  NOTIFICATIONS_MAIL_FROM: variable
    .text()
    .regex(address, "is not an address such as fleetkeeper@your.host")
    .optional(),
  NOTIFICATIONS_MAIL_TO: variable
    .list(/,/, { word: address, error: "holds something that is not an address: put commas between several" })
    .optional(),
  NOTIFICATIONS_WEBHOOK_URL: variable
    .webUrl()
    .refine(variable.isPrivateOrTls.check, variable.isPrivateOrTls.error)
    .optional(),
  NOTIFICATIONS_WEBHOOK_SECRET: variable
    .secret()
    .regex(/^whsec_(?:[A-Za-z0-9+/]{4}){8,25}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, {
      error: "is not a secret of Standard Webhooks: whsec_ and 24 to 75 random bytes in base64",
    })
    .optional(),
  // Anyone who has it may write there.
  NOTIFICATIONS_SLACK_URL: variable
    .secret()
    .refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ""), {
      error: "is not a URL that starts with https:// or http://",
      abort: true,
    })
    .refine(variable.isPrivateOrTls.check, variable.isPrivateOrTls.error)
    .optional(),
  NOTIFICATIONS_WINDOW_S: variable.wholeNumber(300, { max: 86_400 }),
  NOTIFICATIONS_FAILED_RUNS: variable.wholeNumber(3, { max: 1_000 }),
  NOTIFICATIONS_QUIET_HOURS: variable
    .text()
    .regex(quietPattern, { error: "is not like 22:00-07:00 or 22:00-07:00 Europe/Copenhagen", abort: true })
    .refine((value) => isTimeZone(quietPattern.exec(value)?.[5] ?? "UTC"), "names no time zone")
    .transform(quietHoursOf)
    .optional(),
};

/** Of each way, what it needs: all of them, or none. */
const together = [
  ["NOTIFICATIONS_SMTP_URL", "NOTIFICATIONS_MAIL_FROM", "NOTIFICATIONS_MAIL_TO"],
  ["NOTIFICATIONS_WEBHOOK_URL", "NOTIFICATIONS_WEBHOOK_SECRET"],
] as const;

/** For a schema that holds these variables: says what is missing beside what is set. */
export function notificationGroups(
  values: Partial<Record<(typeof together)[number][number], unknown>>,
  context: { addIssue: (issue: { code: "custom"; path: string[]; message: string }) => void },
): void {
  for (const names of together) {
    const [first] = names.filter((name) => values[name] !== undefined);
    const unset = names.filter((name) => values[name] === undefined);
    if (first !== undefined && unset.length > 0)
      context.addIssue({
        code: "custom",
        path: [first],
        message: `needs ${unset.join(" and ")} beside it, or none of them`,
      });
  }
}

/** For a program that only sends. */
export const notificationSchema = z.object(notificationVariables).superRefine(notificationGroups);

/** What they say, as the package `notifications` takes it. */
export function notificationSettingsOf(values: Values<typeof notificationVariables>) {
  const { notificationsSmtpUrl: url, notificationsMailFrom: from, notificationsMailTo: to } = values;
  const { notificationsWebhookUrl: webhookUrl, notificationsWebhookSecret: secret } = values;
  return {
    mail:
      url && from && to
        ? { url, from, to, isPrivate: isPrivateHost(smtpUrlOf(url)?.hostname ?? "") }
        : undefined,
    webhook: webhookUrl && secret ? { url: webhookUrl, secret } : undefined,
    slackUrl: values.notificationsSlackUrl,
    windowMs: values.notificationsWindowS * 1_000,
    failedRuns: values.notificationsFailedRuns,
    quietHours: values.notificationsQuietHours,
  };
}

function smtpUrlOf(value: string): URL | undefined {
  const url = URL.parse(value);
  if (
    url === null ||
    !/^smtps?:$/.test(url.protocol) ||
    url.hostname === "" ||
    /%(?![0-9a-f]{2})/i.test(value)
  )
    return undefined;
  return url;
}

function quietHoursOf(value: string) {
  const [, fromHour, fromMinute, untilHour, untilMinute, timeZone = "UTC"] = quietPattern.exec(value) ?? [];
  const minutes = (hour = "0", minute = "0") => Number(hour) * 60 + Number(minute);
  return { from: minutes(fromHour, fromMinute), until: minutes(untilHour, untilMinute), timeZone };
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }) !== undefined;
  } catch {
    return false;
  }
}
