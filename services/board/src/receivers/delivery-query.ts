// Which attempts at deliveries a receiver's page shows: by outcome and event, one page at a time.

import type { ReceiverActions } from "@fleetkeeper/operator";
import type { AttemptDocument, ReceiverRow } from "@fleetkeeper/store";
import { z } from "zod";
import { BoardError } from "../errors.ts";
import { searchedWord } from "../html/search-form.ts";

const pageSize = 25;

export const outcomes = ["delivered", "failed", "given-up"] as const satisfies AttemptDocument["outcome"][];

/** Any other value in the address is ignored. */
const query = z.object({
  outcome: z.enum(outcomes).optional().catch(undefined),
  event: searchedWord(100),
  after: z.string().max(1_000).optional().catch(undefined),
});

export type AttemptsRequest = z.output<typeof query>;

export interface ReceiverFacts {
  at: Date;
  request: AttemptsRequest;
  receiver: ReceiverRow;
  rows: AttemptDocument[];
  /** `after` of the next page; undefined on the last. */
  next: string | undefined;
}

export function attemptsRequestOf(queryString: unknown): AttemptsRequest {
  return query.parse(queryString);
}

/** @throws NotFoundError; ERR_BAD_ADDRESS when `after` is not from a page of ours */
export async function readReceiver(
  { receivers, now }: { receivers: ReceiverActions; now: () => Date },
  id: string,
  request: AttemptsRequest,
): Promise<ReceiverFacts> {
  const { outcome, event, after } = request;
  const at = now();
  const receiver = await receivers.find(id);
  const { rows, next } = await receivers
    .deliveries({
      receiverId: id,
      limit: pageSize,
      ...(outcome !== undefined && { outcome }),
      ...(event !== "" && { eventId: event }),
      ...(after !== undefined && { after }),
    })
    .catch((error: unknown) => {
      throw error instanceof TypeError ? new BoardError("ERR_BAD_ADDRESS", { cause: error }) : error;
    });
  return { at, request, receiver, rows, next };
}
