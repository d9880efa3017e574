// Notifications to operators: the concerns, and which of them were sent already.

/** How an operator can be told. */
export const notificationChannels = ["email", "webhook", "slack"] as const;

/** The name of one of them. */
export type NotificationChannel = (typeof notificationChannels)[number];

/** A concern that needs an operator, as the overview words it. */
export interface Told {
  /** Stays the same while the problem lasts, for instance `failing/ERR_API_FORBIDDEN`. */
  key: string;
  text: string;
  /** A path of the board's. */
  link?: string;
}

/** What is wrong, or was told and may be over. */
export interface StandingConcern extends Told {
  /** When something of it came that was not told yet; null when all is told. */
  untoldSince: Date | null;
  /** When it was told last, or looked through; null before. */
  toldAt: Date | null;
  /** Since when it does not stand any more; null while it does. */
  goneSince: Date | null;
  /** Accounts that were told, as hashes. */
  accounts: string[];
  /** More accounts than are kept: no further one is told. */
  isMany: boolean;
}

/** A message that is not sent everywhere yet. */
export interface NotificationMessage {
  /** The same in each attempt and on each channel, so that a receiver can drop a repetition. */
  id: string;
  createdAt: Date;
  opened: Told[];
  over: Told[];
  /** Where it is still to be sent. */
  left: NotificationChannel[];
  attempts: number;
  nextAt: Date;
}

/** How telling by one channel does, by the last try: of a message, or of a test. */
export interface ChannelStanding {
  lastTryAt: Date | null;
  lastSuccessAt: Date | null;
  failingSince: Date | null;
  /** Of the last failure; null after a success. */
  code: string | null;
}

/** All that is known of telling. Each list is bounded. */
export interface NotificationState {
  standing: StandingConcern[];
  outbox: NotificationMessage[];
  channels: Partial<Record<NotificationChannel, ChannelStanding>>;
}
