// What the ingress knows of an endpoint: one sealed text that says whose it is and which keys verify,
// made by who holds the key.

import type { InstallationId, SealedText } from "@fleetkeeper/model";
import type { Open } from "./open.ts";
import type { Seal } from "./seal.ts";

/** All that the ingress knows of one. */
export interface EndpointEntry {
  installationId: InstallationId;
  endpointId: string;
  keys: { key: string; until: Date | null }[];
}

/** As text, to be kept in Redis: the installation, and the rest sealed for it. */
export async function sealEndpoint(seal: Seal, entry: EndpointEntry): Promise<string> {
  const { installationId, endpointId, keys } = entry;
  const sealed = await seal(JSON.stringify({ endpointId, keys }), {
    installationId,
    purpose: "webhook-endpoint",
  });
  return `${installationId} ${sealed}`;
}

/** Undefined for a text that was made for another endpoint. @throws SealingError */
export async function openEndpoint(
  open: Open,
  endpointId: string,
  text: string,
): Promise<EndpointEntry | undefined> {
  const [installation = "", sealed = ""] = text.split(" ");
  const installationId = installation as InstallationId;
  const opened: Pick<EndpointEntry, "endpointId"> & { keys: { key: string; until: string | null }[] } =
    JSON.parse(await open(sealed as SealedText, { installationId, purpose: "webhook-endpoint" }));
  if (opened.endpointId !== endpointId) return undefined;
  const keys = opened.keys.map(({ key, until }) => ({ key, until: until === null ? null : new Date(until) }));
  return { installationId, endpointId, keys };
}
