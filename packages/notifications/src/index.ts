// How operators are notified of what is wrong: what is to be told, and by which ways.

export {
  type ChannelSettings,
  type Channels,
  createChannels,
  reasonOf,
  type Send,
  tryChannels,
} from "./channels.ts";
export type { ConcernNow } from "./concern.ts";
export { MailNotSentError, NotificationRefusedError } from "./errors.ts";
export { isQuiet, type QuietHours } from "./quiet-hours.ts";
export { maxAccounts, type TellingRules, whatToTell } from "./what-to-tell.ts";
export type { Line, Message } from "./words.ts";
