// Redis and MongoDB behind TLS of a private authority that ask for a certificate, looked at by the doctor as
// a process.

import { connect } from "node:net";
import { createServer } from "node:tls";
import { createPrivateAuthority, findRedis, freePort, startRedisBinary } from "@fleetkeeper/local-stack";
import { expect, inject, onTestFinished, test } from "vitest";
import { setup } from "../world.ts";

/** TLS before the MongoDB of the tests. */
async function mongodbBehindTls({ closed }: Authority): Promise<string> {
  const { hostname, port } = new URL(inject("mongodbUrl"));
  const server = createServer(closed, (socket) => {
    const plain = connect(Number(port), hostname);
    socket.pipe(plain).pipe(socket);
    for (const one of [socket, plain])
      one.on("error", () => void [socket, plain].map((each) => each.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

/** `--tls-auth-clients` is on by default. */
async function redisWithTls({ path, serverPaths }: Authority): Promise<string> {
  const port = await freePort();
  const files = ["--tls-cert-file", serverPaths.certificate, "--tls-key-file", serverPaths.key];
  const redis = await startRedisBinary(await findRedis(process.env, () => undefined), {
    args: ["--tls-port", String(port), ...files, "--tls-ca-cert-file", path],
  });
  onTestFinished(() => redis.close());
  return `127.0.0.1:${port}`;
}

type Authority = ReturnType<typeof createPrivateAuthority>;

test("servers of a private authority are reached with its certificate and ours, and not without", async () => {
  const authority = createPrivateAuthority();
  onTestFinished(() => authority.close());
  const world = await setup();
  const redis = await redisWithTls(authority);
  const mongodb = `mongodb://${await mongodbBehindTls(authority)}${new URL(String(world.env.MONGODB_URL)).pathname}?directConnection=true&serverSelectionTimeoutMS=3000&tls=true`;
  const ask = async (ours: string, extra: Record<string, string>) => {
    const { json } = await world.cli(["doctor", "--json", "--only", "redis", "mongodb"], {
      REDIS_URL: `rediss://${redis}${ours === "" ? "" : `?${ours}`}`,
      MONGODB_URL: `${mongodb}&${ours}`.replace(/&$/, ""),
      ...extra,
    });
    return (json() as { findings: { code: string }[] }).findings.map(({ code }) => code);
  };
  const ours = `tlsCertificateKeyFile=${authority.clientPath}`;
  const unreachable = ["REDIS_UNREACHABLE", "MONGODB_UNREACHABLE"];
  const trusting = { NODE_EXTRA_CA_CERTS: authority.path };
  const [good, alsoGood, distrusting, withoutOurs] = await Promise.all([
    ask(ours, trusting),
    ask(`${ours}&tlsCAFile=${authority.path}`, {}),
    ask(ours, {}),
    ask("", trusting),
  ]);
  for (const codes of [good, alsoGood]) {
    expect(codes).toContain("REDIS_VERSION");
    expect(codes).toContain("MONGODB_VERSION");
  }
  for (const codes of [distrusting, withoutOurs]) expect(codes).toEqual(expect.arrayContaining(unreachable));
});
