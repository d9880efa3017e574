// A line of the request log as the API gives it.

import type { ForwardedRequestDocument } from "@fleetkeeper/store";
import { z } from "zod";

export const requestSchema = z
  .object({
    requestId: z.string(),
    at: z.iso.datetime(),
    who: z.string().meta({ description: "Id and name of the API key." }),
    method: z.string(),
    path: z.string().meta({ description: "Below Trackunit's address; of the query only the names." }),
    status: z
      .int()
      .nullable()
      .meta({ description: "Trackunit's; null where it was not asked or did not answer." }),
    code: z.string().nullable().meta({
      description: "Of a refusal of ours. Beside a status: why Trackunit's answer did not come to its end.",
    }),
    durationMs: z.int(),
    sentBytes: z.int(),
    receivedBytes: z.int(),
  })
  .meta({ id: "ForwardedRequest" });

export function requestOf({ _id, ...request }: ForwardedRequestDocument): z.output<typeof requestSchema> {
  return { ...request, at: request.at.toISOString() };
}
