// `keys generate`: the first keys.

import { generateSealingKey, generateTokenKey, type SealingAlgorithm } from "@fleetkeeper/sealing";
import { type Command, Option } from "commander";
import { addCommand } from "../add-command.ts";
import { invoke } from "../invoke.ts";
import { writeFiles, writeKeyFiles } from "./key-files.ts";

export interface GenerateOptions {
  algorithm: SealingAlgorithm;
  out: string;
}

export const algorithmOption = () =>
  new Option("--algorithm <name>", "RSA seals cheaply and opens dearly, as fits callbacks")
    .choices(["RSA-OAEP-256", "ECDH-ES+A256KW"])
    .default("RSA-OAEP-256");

export function addKeysGenerate(keys: Command): void {
  addCommand(keys, "generate", {
    summary: "Make a sealing key and a token key, as files that only their owner can read",
    details: "Back up the private key: without it every account must install again.",
    examples: ["keys generate --out secrets"],
  })
    .addOption(algorithmOption())
    .option("--out <folder>", "where to; made if it is not there", "secrets")
    .action(
      invoke<GenerateOptions>(async ({ output }, { algorithm, out }) => {
        const { publicKey, privateKey } = await generateSealingKey({ algorithm });
        const files = writeKeyFiles(out, publicKey, { keys: [privateKey] });
        const [tokenKeyFile] = writeFiles(out, { token_key: { keys: [generateTokenKey()] } });
        output.result({ keyId: publicKey.kid, algorithm, ...files, tokenKeyFile }, () =>
          [
            `Key ${publicKey.kid} (${algorithm}) is made.`,
            `  SEALING_PUBLIC_KEY_FILE=${files.publicKeyFile}      for ingress and worker`,
            `  SEALING_PRIVATE_KEYS_FILE=${files.privateKeysFile}  for the worker; back it up`,
            `  TOKEN_KEY_FILE=${tokenKeyFile}  for the worker`,
          ].join("\n"),
        );
      }),
    );
}
