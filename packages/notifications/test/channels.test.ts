import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answering } from "@fleetkeeper/test-worlds";
import { newSigningKey } from "@fleetkeeper/webhooks";
import { SMTPServer } from "smtp-server";
import { Webhook } from "standardwebhooks";
import { expect, onTestFinished, test } from "vitest";
import { createChannels, type Message, tryChannels } from "../src/index.ts";

const nothing = { mail: undefined, webhook: undefined, slackUrl: undefined, allowPrivate: true };
const message: Message = {
  id: "ntf_1",
  at: new Date("2026-01-02T03:04:05Z"),
  opened: [
    {
      text: "Trackunit refuses the credential of 2 accounts",
      url: "https://board.test/accounts?state=revoked",
      accounts: ["@a/b.1", "@a/<b>.2"],
    },
    { text: "The schedule is 5 min behind" },
  ],
  over: [{ text: "1 job failed in install" }],
  isTest: false,
};

/** A mail server on this machine that wants a login; what it took. */
async function mailServer(answer?: { responseCode: number }) {
  const taken: { user: string; from: string; to: string[]; text: string }[] = [];
  const server = new SMTPServer({
    hideSTARTTLS: true,
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      password === "p@ss word" ? done(null, { user: username }) : done(new Error("p@ss word? no")),
    onData(stream, { user, envelope }, done) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        if (answer !== undefined) return done(Object.assign(new Error("who wrote p@ss word?"), answer));
        const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        taken.push({ user: String(user), from, to, text: Buffer.concat(parts).toString() });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  const { port } = server.server.address() as AddressInfo;
  return { taken, port };
}

async function receiver(status = 200) {
  const taken: { path: string; headers: Record<string, string>; body: string }[] = [];
  const server = createServer(
    answering(({ url, headers, body }, response) => {
      taken.push({ path: url, headers: headers as Record<string, string>, body });
      response.writeHead(status).end("no");
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { taken, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function channelsOf(settings: Partial<Parameters<typeof createChannels>[0]>) {
  const channels = createChannels({ ...nothing, ...settings });
  onTestFinished(() => channels.close());
  return channels;
}

const mailTo = (port: number, { password = "p@ss word", isPrivate = true } = {}) => ({
  url: `smtp://olive:${encodeURIComponent(password)}@127.0.0.1:${port}`,
  from: "Fleetkeeper <fleetkeeper@your.host>",
  to: ["a@your.host", "b@your.host"],
  isPrivate,
});

test("a mail reaches the mail server with login, addresses, subject, accounts and links, under the message's id", async () => {
  const { taken, port } = await mailServer();
  await channelsOf({ mail: mailTo(port) }).send.get("email")?.(message);
  expect(taken).toHaveLength(1);
  const [{ user, from, to, text } = { user: "", from: "", to: [], text: "" }] = taken;
  expect([user, from, to]).toEqual(["olive", "fleetkeeper@your.host", ["a@your.host", "b@your.host"]]);
  const whole = text.replaceAll(/=?\r\n\s*/g, " ");
  expect(whole).toContain("Message-ID: <ntf_1@your.host>");
  expect(whole).toContain("Subject: Fleetkeeper: Trackunit refuses the credential of 2 accounts, and 1 more");
  expect(whole).toContain("Date: Fri, 02 Jan 2026 03:04:05 +0000");
  expect(whole).toContain("Auto-Submitted: auto-generated");
  expect(whole).toMatch(
    /Needs you:.*- Trackunit refuses.*@a\/b\.1, @a\/<b>\.2.*board\.test.*- The schedule.*Over:.*- 1 job failed/,
  );
});

test("a mail server that refuses, asks for another password, speaks no TLS in public, or is unavailable, is an error that names no secret", async () => {
  const refusing = await mailServer({ responseCode: 552 });
  const taking = await mailServer();
  const failures = await Promise.all(
    [
      mailTo(refusing.port),
      mailTo(taking.port, { password: "wrong" }),
      mailTo(taking.port, { isPrivate: false }),
      mailTo(1),
    ].map(async (mail) => {
      const send = channelsOf({ mail }).send.get("email");
      return send?.(message).then(
        () => "sent",
        (error: unknown) => error as Error & { code: string },
      );
    }),
  );
  const said = failures.map((one) => (typeof one === "object" ? [one.code, one.message] : one));
  const reason = (why: string) => ["ERR_MAIL_NOT_SENT", `the mail server did not take the message (${why})`];
  expect(said).toEqual([
    reason("552 to DATA"),
    reason("535 to AUTH PLAIN"),
    [expect.any(String), expect.stringMatching(/STARTTLS/)],
    reason("ESOCKET to CONN"),
  ]);
  expect(JSON.stringify(failures.map((one) => String((one as Error).stack)))).not.toContain("p@ss");
  expect(taking.taken).toEqual([]);
});

test("a webhook is signed after Standard Webhooks; Slack gets text without mentions or links", async () => {
  const { taken, url } = await receiver();
  const secret = newSigningKey();
  const channels = channelsOf({ webhook: { url: `${url}/hook`, secret }, slackUrl: `${url}/slack` });
  await channels.send.get("webhook")?.(message);
  await channels.send.get("slack")?.(message);
  const [hook, slack] = taken;
  expect([hook?.path, slack?.path]).toEqual(["/hook", "/slack"]);
  expect(new Webhook(secret).verify(hook?.body ?? "", hook?.headers ?? {})).toEqual({
    type: "notification",
    timestamp: "2026-01-02T03:04:05.000Z",
    data: { opened: message.opened, over: message.over },
  });
  expect(hook?.headers["webhook-id"]).toBe("ntf_1");
  expect(JSON.parse(slack?.body ?? "").text).toContain("@a/&lt;b&gt;.2");
});

test("a test is sent by every channel, and reports for each whether it was accepted", async () => {
  const mail = await mailServer();
  const gone = await receiver(404);
  const channels = channelsOf({ mail: mailTo(mail.port), slackUrl: gone.url });
  expect(await tryChannels(channels, { id: "ntf_2", at: message.at })).toEqual([
    { channel: "email", code: null, message: "taken" },
    { channel: "slack", code: "ERR_NOTIFICATION_REFUSED", message: "the address answered 404" },
  ]);
  expect(mail.taken[0]?.text).toContain("Subject: Fleetkeeper: a test, nothing is wrong");
  expect(gone.taken[0]?.body).toContain("Nothing is wrong");
});
