// A consumer of the change feed: prints every change as a line of JSON. MONGODB_URL=… node
// packages/store/examples/print-changes.ts

import { followChanges, openStore } from "@fleetkeeper/store";

const store = await openStore({
  mongodbUrl: process.env.MONGODB_URL ?? "mongodb://127.0.0.1:27017/fleetkeeper",
});
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());

await followChanges({
  feed: store.feed,
  consumer: process.env.CONSUMER ?? "print-changes",
  handle: async ({ installationId, sync, at, changes }) => {
    for (const { externalId, kind, fields } of changes)
      console.log(JSON.stringify({ installationId, sync, at, externalId, kind, fields }));
  },
  onGap: async ({ syncId }) => console.error(`${syncId}: entries were deleted; read its records again`),
  onError: (error, entry) => console.error(entry ? `${entry.syncId} waits:` : "tried again:", error),
  signal: stop.signal,
});
await store.close();
