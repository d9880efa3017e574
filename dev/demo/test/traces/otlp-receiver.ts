// A collector for tests: takes OTLP over HTTP in JSON and keeps the spans.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answering } from "@fleetkeeper/test-worlds";

export interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  service: string;
  status: { code?: number; message?: string };
}

interface Body {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: Omit<ReceivedSpan, "service">[] }[];
  }[];
}

export async function startOtlpReceiver() {
  const spans: ReceivedSpan[] = [];
  let raw = "";
  const server = createServer(
    answering(({ method, url, headers, body }, response) => {
      raw += `${method} ${url} ${JSON.stringify(headers)} ${body}\n`;
      for (const { resource, scopeSpans } of (JSON.parse(body) as Body).resourceSpans) {
        const service =
          resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue ?? "";
        spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service }))));
      }
      response.setHeader("content-type", "application/json").end("{}");
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    /** Everything that was received, as it came. */
    raw: () => raw,
    close: () => server.close(),
  };
}
