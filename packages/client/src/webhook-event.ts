// What Fleetkeeper tells by webhooks: the content of a delivery, by its type. Source of the form: Standard
// Webhooks.

/** Every type that is sent, and `test`, for trying an address out. */
export type WebhookEventType =
  | "account.installed"
  | "account.reinstalled"
  | "account.credential_refused"
  | "account.credential_restored"
  | "account.forgotten"
  | "sync.succeeded"
  | "sync.failing"
  | "records.changed"
  | "trackunit.webhook"
  | "test";

/** One event, as your own address gets it. */
export interface WebhookEvent {
  /**
   * The same in each delivery of one event: what you have seen is not to be done a second time. From the
   * headers.
   */
  id: string;
  /** One of `WebhookEventType`; others may be added, and are to be left alone. */
  type: WebhookEventType | (string & {});
  /** When it happened, ISO 8601. */
  timestamp: string;
  /** Whose it is, and more by the type. */
  data: { accountId: string; app?: string | null; [field: string]: unknown };
}
