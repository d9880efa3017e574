// Values of the variables about notifications that cannot work, each with a part of what is said of it.

type Bad = [value: string, said: string][];

export const badNotificationValues = {
  NOTIFICATIONS_SMTP_URL: [
    ["mail.test", "is not a URL such as"],
    ["https://mail.your.host", "is not a URL such as"],
    ["smtp://u:geheim%1@mail.your.host", "is not a URL such as"],
    ["smtp://u:geheim1@mail.your.host", "needs NOTIFICATIONS_MAIL_FROM and NOTIFICATIONS_MAIL_TO beside it"],
  ],
  NOTIFICATIONS_MAIL_FROM: [["fleetkeeper", "is not an address"]],
  NOTIFICATIONS_MAIL_TO: [["a@your.host; b@your.host", "is not an address"]],
  NOTIFICATIONS_WEBHOOK_URL: [
    ["ftp://your.host/hook", "is not a URL"],
    ["http://93.184.216.34/hook", "plain HTTP to a public host"],
    ["https://your.host/hook", "needs NOTIFICATIONS_WEBHOOK_SECRET beside it"],
  ],
  NOTIFICATIONS_WEBHOOK_SECRET: [
    ["geheim1", "is not a secret of Standard Webhooks"],
    ["whsec_geheim1=", "is not a secret of Standard Webhooks"],
  ],
  NOTIFICATIONS_SLACK_URL: [
    ["ftp://hooks.test/geheim1", "is not a URL that starts with"],
    ["http://hooks.slack.com/geheim1", "plain HTTP to a public host"],
  ],
  NOTIFICATIONS_WINDOW_S: [["0", "is not between"]],
  NOTIFICATIONS_FAILED_RUNS: [["0", "is not between"]],
  NOTIFICATIONS_QUIET_HOURS: [
    ["22-7", "is not like"],
    ["22:00-24:30", "is not like"],
    ["22:00-07:00 Nowhere/Land", "names no time zone"],
  ],
} satisfies Record<string, Bad>;
