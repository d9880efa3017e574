// The process of the stand-in: ends with the one that started it.

import { type AddressInfo, createServer } from "node:net";
import { answerTo, createMessageReader, requestIdOf, wholeCommandOf } from "@fleetkeeper/local-stack";
import { BSON, type Document } from "mongodb";
import { createCommands } from "./commands.ts";

const carryOut = createCommands();

const server = createServer((socket) => {
  const read = createMessageReader();
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    for (const message of read(chunk)) {
      const command = wholeCommandOf(message);
      // Only the first message of a connection is none: an OP_QUERY, which asks who is there.
      const answer = command === undefined ? oldAnswerTo : answerTo;
      socket.write(answer(requestIdOf(message), carryOut(command ?? { hello: 1 })));
    }
  });
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());

/** An OP_REPLY, with which an OP_QUERY is answered. */
function oldAnswerTo(requestId: number, body: Document): Buffer {
  const document = BSON.serialize(body);
  const head = Buffer.alloc(36);
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(1, 12);
  head.writeInt32LE(1, 32);
  return Buffer.concat([head, document]);
}
