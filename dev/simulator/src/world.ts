// The state that all parts of the simulated Trackunit share; simulator.ts builds it, nothing else does.
import type { Dispatcher } from "undici";
import type { AccountRegister } from "./accounts/account-register.ts";
import type { TokenDesk } from "./apptoken/token-desk.ts";
import type { SigningKeys } from "./callback/signing-keys.ts";
import type { FaultBoard } from "./faults/fault-board.ts";
import type { PointBudgets } from "./graphql/point-budgets.ts";
import type { QueryDocuments } from "./graphql/query-document.ts";
import type { RequestBook } from "./requests/request-book.ts";
import type { SlidingWindows } from "./requests/sliding-windows.ts";
import type { Settings } from "./settings.ts";
import type { WebhookSender } from "./webhooks/webhook-sender.ts";

export interface World {
  settings: Settings;
  now: () => Date;
  accounts: AccountRegister;
  tokens: TokenDesk;
  keys: SigningKeys;
  faults: FaultBoard;
  requests: RequestBook;
  windows: SlidingWindows;
  budgets: PointBudgets;
  queries: QueryDocuments;
  /** The client that sends install callbacks. */
  callbacks: Dispatcher;
  webhooks: WebhookSender;
  /** Where the simulator listens; known once it does. */
  url: () => string;
  /** Aborted when the simulator closes: ends delays and hanging answers. */
  closing: AbortSignal;
}
