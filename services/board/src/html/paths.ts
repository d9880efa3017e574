// The addresses that pages link to.

import type { QueueName } from "@fleetkeeper/jobs";

/** The list of accounts, or one page of it. Parts that are empty or unset are left out. */
export function listPath(parts: Readonly<Record<string, string | undefined>> = {}): string {
  return withQuery("/accounts", parts);
}

/** Where an action on many accounts is counted and asked; `ids`: those that were ticked. */
export function bulkPath(
  parts: Readonly<Record<string, string | undefined>> = {},
  ids: readonly string[] = [],
): string {
  const path = withQuery(listPath() + bulkFolder, parts);
  return [path, ...ids.map((id) => `id=${encodeURIComponent(id)}`)].join("&");
}

const bulkFolder = "/bulk";

/** How far such an action got. */
export function bulkRunPath(id: string): string {
  return `${listPath()}${bulkFolder}/runs/${encodeURIComponent(id)}`;
}

/** What ends it early. */
export function cancelBulkPath(id: string): string {
  return `${bulkRunPath(id)}/cancel`;
}

/** The page of an account, or one tab of it. */
export function accountPath(installationId: string, tab = ""): string {
  const path = `/accounts/${encodeURIComponent(installationId)}`;
  return tab === "" || tab === firstTab ? path : `${path}?tab=${tab}`;
}

/** A list of an account's records, or one page of it. Parts that are empty or unset are left out. */
export function recordsPath(
  installationId: string,
  parts: Readonly<Record<string, string | undefined>>,
): string {
  return withQuery(accountPath(installationId), { tab: "records", ...parts });
}

/** One record; a resource alone: the folder of its files. */
export function recordPath(installationId: string, resource: string, externalId?: string): string {
  const path = `${accountPath(installationId)}/records/${encodeURIComponent(resource)}`;
  return externalId === undefined ? path : `${path}/${encodeURIComponent(externalId)}`;
}

/** A file with all records that fit. */
export function recordFilePath(
  installationId: string,
  resource: string,
  parts: Readonly<Record<string, string | undefined>>,
): string {
  return withQuery(recordPath(installationId, resource), parts);
}

/** The tab that an account's page shows where its address names none. */
export const firstTab = "syncs";

/** Where the events come from that keep one tab of an account's page up to date. */
export function accountEventsPath(installationId: string, tab: string): string {
  return accountPath(installationId, tab).replace(/(?=\?|$)/, "/events");
}

/** Where the question before an action on an account is asked. */
export function actionPath(action: { name: string }, installationId: string, sync?: string): string {
  const path = `${accountPath(installationId)}/do/${action.name}`;
  return sync === undefined ? path : `${path}?sync=${encodeURIComponent(sync)}`;
}

/** The Bull board's page of a queue, or of its jobs in one state. */
export function queuePath(queue: QueueName, status?: string): string {
  return `/queues/queue/${queue}${status === undefined ? "" : `?status=${status}`}`;
}

/** The Bull board's page of a job. */
export function jobPath(queue: QueueName, jobId: string): string {
  return `${queuePath(queue)}/${encodeURIComponent(jobId)}`;
}

/** The audit log of all accounts, or one page of it. Parts that are empty or unset are left out. */
export function auditPath(parts: Readonly<Record<string, string | undefined>> = {}): string {
  return withQuery("/audit", parts);
}

/** A file with all entries that fit. */
export function auditFilePath(format: string, parts: Readonly<Record<string, string | undefined>>): string {
  return withQuery(`/audit/file/${format}`, parts);
}

export const apiKeysPath = "/api-keys";
export const newApiKeyPath = "/api-keys/new";

/** Where the question before the end of an API key is asked. */
export function revokeApiKeyPath(id: string): string {
  return `${apiKeysPath}/${id}/revoke`;
}

export const notificationsPath = "/notifications";

export const receiversPath = "/receivers";
export const newReceiverPath = "/receivers/new";

/** A receiver's page, or one page of its deliveries. Parts that are empty or unset are left out. */
export function receiverPath(id: string, parts: Readonly<Record<string, string | undefined>> = {}): string {
  return withQuery(`${receiversPath}/${encodeURIComponent(id)}`, parts);
}

/** Where the form that changes a receiver is. */
export function changeReceiverPath(id: string): string {
  return `${receiverPath(id)}/change`;
}

/** What keeps such a page up to date. */
export function receiverEventsPath(id: string, parts: Readonly<Record<string, string | undefined>>): string {
  return withQuery(`${receiverPath(id)}/events`, parts);
}

/** Where the question before an action on a receiver is asked; `event`: of a replay, which one. */
export function receiverActionPath(action: { name: string }, id: string, event?: string): string {
  return withQuery(`${receiverPath(id)}/do/${action.name}`, { event });
}

/** Where the question before the retry of all failed jobs of a queue is asked. */
export function retryPath(queue: QueueName): string {
  return `/retry-failed/${queue}`;
}

/** Deliveries of webhooks, or those that fit. Parts that are empty or unset are left out. */
export function deliveriesPath(parts: Readonly<Record<string, string | undefined>> = {}): string {
  return withQuery("/webhooks", parts);
}

/** What keeps such a page up to date. */
export function deliveriesEventsPath(parts: Readonly<Record<string, string | undefined>>): string {
  return withQuery("/webhooks/events", parts);
}

/** Where the question before a replay of all that fit is asked. */
export function replayAllPath(parts: Readonly<Record<string, string | undefined>>): string {
  return withQuery("/webhooks/replay", { ...parts, after: undefined });
}

export function deliveryPath(deliveryId: string): string {
  return `/webhooks/deliveries/${encodeURIComponent(deliveryId)}`;
}

/** Where the question before a replay of one delivery is asked. */
export function replayPath(deliveryId: string): string {
  return `${deliveryPath(deliveryId)}/do/replay`;
}

/** Endpoints for webhooks, or one page of them. */
export function endpointsPath(after?: string): string {
  return withQuery("/webhooks/endpoints", { after });
}

export function endpointPath(endpointId: string): string {
  return `/webhooks/endpoints/${encodeURIComponent(endpointId)}`;
}

/** Where the question before an action on an endpoint is asked. */
export function endpointActionPath(action: { name: string }, endpointId: string): string {
  return `${endpointPath(endpointId)}/do/${action.name}`;
}

/** Where the question before a new endpoint of an account is asked. */
export function addEndpointPath(installationId: string): string {
  return withQuery("/webhooks/add", { account: installationId });
}

/** A run's page. `runId`: `<installation id>/<sync>/<fencing token>`. */
export function runPath(runId: string): string {
  const [token = "", sync = "", ...installation] = runId.split("/").reverse();
  return `${accountPath(installation.reverse().join("/"))}/runs/${encodeURIComponent(sync)}/${token}`;
}

function withQuery(path: string, parts: Readonly<Record<string, string | undefined>>): string {
  const words = new URLSearchParams();
  for (const [name, value = ""] of Object.entries(parts)) if (value !== "") words.set(name, value);
  return words.size === 0 ? path : `${path}?${words}`;
}
