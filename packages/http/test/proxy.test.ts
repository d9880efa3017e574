import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { startCountingProxy } from "@fleetkeeper/local-stack";
import { expect, onTestFinished, test } from "vitest";
import { privateAuthority } from "./authority.ts";
import { sendInProcess } from "./send-in-process.ts";
import { listening, sender, serverOf } from "./world.ts";

async function countingProxy() {
  const proxy = await startCountingProxy();
  onTestFinished(() => proxy.close());
  return proxy;
}

test("requests by http go through the proxy, with its password; NO_PROXY goes past it", async () => {
  const url = await serverOf((request, response) => response.end(request.headers["proxy-authorization"]));
  const { host } = new URL(url);
  const proxy = await countingProxy();
  const httpProxy = `http://user:p%40ss@${proxy.address}`;
  const send = sender({ httpProxy, noProxy: "elsewhere.test" });
  await send(url);
  await send(url, { method: "POST", body: "{}" });
  const password = `Basic ${Buffer.from("user:p@ss").toString("base64")}`;
  expect(proxy.seen).toEqual([`GET ${url} ${password}`, `POST ${url} ${password}`]);
  for (const noProxy of [host, "127.0.0.1", "*", "elsewhere.test, 127.0.0.1"])
    expect((await sender({ httpProxy, noProxy })(url)).text).toBe("");
  expect(proxy.seen).toHaveLength(2);
});

test("only the configuration decides on a proxy, not the environment's variables", async () => {
  const url = await serverOf((_request, response) => response.end());
  const proxy = await countingProxy();
  process.env.http_proxy = `http://${proxy.address}`;
  try {
    await sender()(url);
  } finally {
    delete process.env.http_proxy;
  }
  expect(proxy.seen).toEqual([]);
});

test("requests by https go through a tunnel", async () => {
  const { open, path } = privateAuthority();
  const address = await listening(createTlsServer(open, (_request, response) => void response.end("by TLS")));
  const proxy = await countingProxy();
  const httpsProxy = `http://${proxy.address}`;
  expect(await sendInProcess(`https://${address}/`, { httpsProxy }, path)).toBe("by TLS");
  expect(proxy.seen).toEqual([`CONNECT ${address}`]);
});

test("a proxy that is unavailable or refuses is not an answer", async () => {
  const refusing = await listening(createServer((_request, response) => void response.writeHead(407).end()));
  const url = "https://api.test/";
  for (const httpsProxy of [`http://${refusing}`, "http://127.0.0.1:1"])
    await expect(sender({ httpsProxy })(url)).rejects.toMatchObject({ code: "ERR_HTTP_NO_ANSWER" });
});

test("a proxy behind TLS of a private authority gets the configured certificate", async () => {
  const { closed, client, path } = privateAuthority();
  const seen: string[] = [];
  const proxy = createTlsServer(closed, (request, response) => {
    seen.push(String(request.url));
    response.end("by the proxy");
  });
  const httpProxy = `https://${await listening(proxy)}`;
  const url = "http://api.test/path";
  expect(await sendInProcess(url, { httpProxy, proxyCertificate: client }, path)).toBe("by the proxy");
  expect(await sendInProcess(url, { httpProxy }, path)).toMatch(/^ERR_HTTP_NO_ANSWER/);
  expect(seen).toEqual([url]);
});
