// What a real MongoDB may answer to a write, beside that it did it.

import type { MongoFault, MongoRule } from "@fleetkeeper/local-stack";

export const answers: [name: string, when: MongoRule["when"], fault: MongoFault][] = [
  ["an 11000 of one that is gone again", "before", { refuseWrite: "DuplicateKey" }],
  ["an 11000 of its own first try", "after", { refuseWrite: "DuplicateKey" }],
  ["no primary any more", "before", { refuse: "NotWritablePrimary" }],
  ["a primary that stepped down after it", "after", { refuse: "PrimarySteppedDown" }],
  ["a server that shuts down", "after", { refuse: "ShutdownInProgress" }],
  ["a write that no majority confirmed", "after", { doubt: "WriteConcernFailed" }],
  ["a user who may not write", "before", { refuse: "Unauthorized" }],
  ["a full disk", "before", { refuse: "OutOfDiskSpace" }],
  ["a connection cut before it", "before", { cut: true }],
  ["a connection cut after it", "after", { cut: true }],
];
