// Telling operators of what is wrong: whether each configured way takes what it is sent.

import { notificationChannels } from "@fleetkeeper/model";
import { duration, fromNow } from "@fleetkeeper/operator";
import { notificationSchema, notificationSettingsOf, readEnvironment } from "@fleetkeeper/runtime";
import { type Examine, ok, problem } from "../finding.ts";

export const examineNotifications: Examine = async ({ env, reach, now }) => {
  const { mail, webhook, slackUrl } = notificationSettingsOf(readEnvironment(notificationSchema, env));
  const settings = { email: mail, webhook, slack: slackUrl };
  const configured = notificationChannels.filter((channel) => settings[channel] !== undefined);
  if (configured.length === 0)
    return [ok("NOTIFICATIONS", "operators get no notifications: no variable NOTIFICATIONS_… is set")];
  const { notifications } = await reach.store();
  const { channels = {} } = (await notifications.read()) ?? {};
  const failing = configured.flatMap((channel) => {
    const { failingSince = null, lastTryAt = null, code = null } = channels[channel] ?? {};
    return failingSince === null ? [] : [{ channel, failingSince, lastTryAt, code: code ?? "ERR_INTERNAL" }];
  });
  if (failing.length === 0)
    return [ok("NOTIFICATIONS", `operators are notified by ${configured.join(", ")}`)];
  return failing.map(({ channel, failingSince, lastTryAt, code }) =>
    problem(
      "NOTIFICATIONS_FAILING",
      `no notification could be sent by ${channel} for ${duration(now().getTime() - failingSince.getTime())}: ${code}${lastTryAt === null ? "" : `, last tried ${fromNow(lastTryAt, now())}`}`,
      `\`fleetkeeper explain ${code}\` says what to do; then try it with **Send a test** on the board, which ends the failure when it is accepted. Messages that could not be sent are tried again for a day.`,
    ),
  );
};
