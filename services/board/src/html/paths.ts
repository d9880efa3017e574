// The addresses that pages link to.

import type { QueueName } from "@fleetkeeper/jobs";

/** The list of accounts, or one page of it. Parts that are empty or unset are left out. */
export function listPath(parts: Readonly<Record<string, string | undefined>> = {}): string {
  const words = new URLSearchParams();
  for (const [name, value = ""] of Object.entries(parts)) if (value !== "") words.set(name, value);
  return words.size === 0 ? "/accounts" : `/accounts?${words}`;
}

/** The page of an account, or one tab of it. */
export function accountPath(installationId: string, tab = ""): string {
  const path = `/accounts/${encodeURIComponent(installationId)}`;
  return tab === "" || tab === firstTab ? path : `${path}?tab=${tab}`;
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

/** Where the question before the retry of all failed jobs of a queue is asked. */
export function retryPath(queue: QueueName): string {
  return `/retry-failed/${queue}`;
}
