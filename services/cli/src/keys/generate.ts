// `keys generate`: the first keys.

import {
  generateSealingKey,
  generateSigningKey,
  generateTokenKey,
  type SealingAlgorithm,
} from "@fleetkeeper/sealing";
import { type Command, Option } from "commander";
import { addCommand, withName } from "../add-command.ts";
import { invoke } from "../invoke.ts";
import { writeFiles, writeKeyFiles } from "./key-files.ts";
import { noteKeys } from "./note-keys.ts";

export interface GenerateOptions {
  algorithm: SealingAlgorithm;
  out: string;
}

export const algorithmOption = () =>
  new Option("--algorithm <name>", "RSA seals cheaply and opens dearly, as fits callbacks")
    .choices(["RSA-OAEP-256", "ECDH-ES+A256KW"])
    .default("RSA-OAEP-256");

export function addKeysGenerate(keys: Command): void {
  withName(
    addCommand(keys, "generate", {
      summary: "Make the keys of ingress and worker, as files that only their owner can read",
      details: "Back up the private key: without it every account must install again.",
      examples: ["keys generate --out secrets"],
    }),
  )
    .addOption(algorithmOption())
    .option("--out <folder>", "where to; made if it is not there", "secrets")
    .action(
      invoke<GenerateOptions>(async (invocation, { algorithm, out }) => {
        const { output } = invocation;
        const { publicKey, privateKey } = await generateSealingKey({ algorithm });
        await noteKeys(invocation, `make sealing key ${publicKey.kid}`);
        const files = writeKeyFiles(out, publicKey, { keys: [privateKey] });
        const signing = await generateSigningKey();
        const [tokenKeyFile, webhookKeyFile, signingKeyFile, verificationKeysFile] = writeFiles(out, {
          token_key: { keys: [generateTokenKey()] },
          webhook_key: { keys: [generateTokenKey()] },
          ingress_signing_key: signing.privateKey,
          ingress_verification_keys: { keys: [signing.publicKey] },
        });
        const others = { tokenKeyFile, webhookKeyFile, signingKeyFile, verificationKeysFile };
        output.result({ keyId: publicKey.kid, algorithm, ...files, ...others }, () =>
          [
            `Key ${publicKey.kid} (${algorithm}) is made.`,
            `  SEALING_PUBLIC_KEY_FILE=${files.publicKeyFile}      for ingress and worker`,
            `  SEALING_PRIVATE_KEYS_FILE=${files.privateKeysFile}  for the worker; back it up`,
            `  TOKEN_KEY_FILE=${tokenKeyFile}  for the worker`,
            `  WEBHOOK_KEY_FILE=${webhookKeyFile}  for ingress, worker and board, if there are to be webhooks`,
            `  INGRESS_SIGNING_KEY_FILE=${signingKeyFile}  for the ingress`,
            `  INGRESS_VERIFICATION_KEYS_FILE=${verificationKeysFile}  for the worker`,
          ].join("\n"),
        );
      }),
    );
}
