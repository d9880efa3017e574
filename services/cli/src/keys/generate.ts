// `keys generate`: the first keys, and with `--compose` every secret that docker-compose.yml names.

import { type FirstKeys, generateFirstKeys, type SealingAlgorithm } from "@fleetkeeper/sealing";
import { type Command, Option } from "commander";
import { addCommand } from "../add-command.ts";
import { type Invocation, invoke } from "../invoke.ts";
import { writeComposeSecrets } from "./compose-secrets.ts";
import { fileNameOf, writeFiles } from "./key-files.ts";
import { noteKeys } from "./note-keys.ts";

export interface GenerateOptions {
  algorithm: SealingAlgorithm;
  out: string;
  compose?: boolean;
}

/** Who gets each key. */
const users: Record<keyof FirstKeys, string> = {
  sealingPublicKey: "for ingress and worker",
  sealingPrivateKeys: "for the worker; back it up",
  tokenKey: "for the worker",
  webhookKey: "for ingress, worker and board, to use webhooks",
  ingressSigningKey: "for the ingress",
  ingressVerificationKeys: "for the worker",
};
const names = Object.keys(users) as (keyof FirstKeys)[];

export const algorithmOption = () =>
  new Option("--algorithm <name>", "with RSA sealing is cheap and opening is not, which suits callbacks")
    .choices(["RSA-OAEP-256", "ECDH-ES+A256KW"])
    .default("RSA-OAEP-256");

export function addKeysGenerate(keys: Command): void {
  addCommand(keys, "generate", {
    audited: true,
    summary: "Make all keys of the services, as files that only their owner can read",
    details: "Back up the private key: without it every account must install again.",
    examples: ["keys generate --out secrets", "keys generate --compose"],
  })
    .addOption(algorithmOption())
    .option("--out <folder>", "the folder; made if it does not exist", "secrets")
    .option("--compose", "everything that docker-compose.yml names; existing files stay")
    .action(
      invoke<GenerateOptions>((invocation, options) =>
        options.compose === true
          ? generateForCompose(invocation, options)
          : generateKeys(invocation, options),
      ),
    );
}

async function generateKeys(invocation: Invocation, { algorithm, out }: GenerateOptions): Promise<void> {
  const keys = await generateFirstKeys({ algorithm });
  const keyId: string = JSON.parse(keys.sealingPublicKey).kid;
  await noteKeys(invocation, `make sealing key ${keyId}`);
  const written = writeFiles(out, Object.fromEntries(names.map((name) => [fileNameOf(name), keys[name]])));
  const fileOf = (name: keyof FirstKeys) => written[fileNameOf(name)];
  const result = {
    keyId,
    algorithm,
    publicKeyFile: fileOf("sealingPublicKey"),
    privateKeysFile: fileOf("sealingPrivateKeys"),
    tokenKeyFile: fileOf("tokenKey"),
    webhookKeyFile: fileOf("webhookKey"),
    signingKeyFile: fileOf("ingressSigningKey"),
    verificationKeysFile: fileOf("ingressVerificationKeys"),
  };
  invocation.output.result(result, () =>
    [
      `Key ${keyId} (${algorithm}) is made.`,
      ...names.map((name) => `  ${fileNameOf(name).toUpperCase()}_FILE=${fileOf(name)}  ${users[name]}`),
    ].join("\n"),
  );
}

/** Not in the audit log: MongoDB's own passwords are among what it makes. */
async function generateForCompose(
  { env, output }: Invocation,
  { algorithm, out }: GenerateOptions,
): Promise<void> {
  const namespace = env.REDIS_NAMESPACE || "fleetkeeper";
  const written = await writeComposeSecrets(out, { namespace, algorithm });
  output.result({ written }, () => `Written: ${written.join(", ")}`);
}
