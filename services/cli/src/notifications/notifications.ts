// `notifications test`: whether operators can be notified of what is wrong, by each configured way.

import { randomUUID } from "node:crypto";
import { createChannels, tryChannels } from "@fleetkeeper/notifications";
import { notificationSchema, notificationSettingsOf, readEnvironment } from "@fleetkeeper/runtime";
import type { Command } from "commander";
import { addCommand } from "../add-command.ts";
import { readVariables } from "../configuration.ts";
import { exitCodes } from "../exit-codes.ts";
import { invoke } from "../invoke.ts";

export function addNotifications(notifications: Command): void {
  addCommand(notifications, "test", {
    summary: "Send operators a test by each configured channel: e-mail, webhook, Slack",
    details: "Reads the board's variables NOTIFICATIONS_…; it needs neither Redis nor MongoDB.",
    examples: ["notifications test"],
  }).action(
    invoke(async ({ env, output, now }) => {
      const settings = notificationSettingsOf(readEnvironment(notificationSchema, env));
      const allowPrivate = readVariables(env, "NOTIFY_ADDRESSES").notifyAddresses === "any";
      const channels = createChannels({ ...settings, allowPrivate }, now);
      try {
        const results = await tryChannels(channels, { id: `ntf_${randomUUID()}`, at: now() });
        output.result({ results }, () =>
          results
            .map(({ channel, code, message }) =>
              code === null
                ? `${channel}: ${output.paint("good", message)}`
                : `${channel}: ${output.paint("bad", code)} ${message}`,
            )
            .join("\n"),
        );
        if (results.length === 0)
          output.remark(
            "No notifications are sent: no variable NOTIFICATIONS_… is set. See docs/notifications.md.",
          );
        const isTold = results.length > 0 && results.every(({ code }) => code === null);
        return isTold ? exitCodes.ok : exitCodes.failed;
      } finally {
        await channels.close();
      }
    }),
  );
}
