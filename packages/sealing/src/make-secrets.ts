// `node make-secrets.ts <folder>`: new sealing keys and a board password, as the files that docker-compose.yml names.

import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateSealingKey } from "./keys.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) end(64, "usage: make-secrets.ts <folder>");

const { publicKey, privateKey } = await generateSealingKey();
const contents = {
  sealing_public_key: JSON.stringify(publicKey),
  sealing_private_keys: JSON.stringify({ keys: [privateKey] }),
  board_password: randomBytes(18).toString("base64url"),
};
const paths = Object.keys(contents).map((name) => join(folder, name));

// Never over a key that is there: with a lost private key every account's credential is lost.
const [present] = paths.filter((path) => existsSync(path));
if (present !== undefined) end(1, `${present} is there already: nothing was written`);

// Compose mounts a secret's file as it is, whatever user reads it in the container: so the folder keeps everybody
// else on this machine out, and each file is readable to whom it is handed.
mkdirSync(folder, { recursive: true });
chmodSync(folder, 0o700);
const { uid, gid } = statSync(folder);
for (const [name, content] of Object.entries(contents)) {
  const path = join(folder, name);
  writeFileSync(path, `${content}\n`, { mode: 0o644, flag: "wx" });
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
}
console.log(`Written: ${paths.join(", ")}`);

function end(code: number, message: string): never {
  console.error(message);
  process.exit(code);
}
