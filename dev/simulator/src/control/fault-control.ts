// `/_control/faults`: ask for faults, list them, end them.
import type { FastifyInstance } from "fastify";
import { type FaultSpec, faultKinds } from "../faults/fault.ts";
import type { World } from "../world.ts";
import { faultSchema } from "./schemas.ts";

export function addFaultControl(control: FastifyInstance, { faults }: World): void {
  control.get("/faults", async () => ({ kinds: faultKinds, faults: faults.list() }));
  control.post("/faults", { schema: { body: faultSchema } }, async ({ body }, reply) => {
    return reply.code(201).send({ id: faults.add(body as FaultSpec) });
  });
  control.delete("/faults", async ({ query }) => {
    const { operation, accountId } = query as { operation?: string; accountId?: string };
    return { cleared: faults.clear({ operation, accountId }) };
  });
  control.delete("/faults/:id", async ({ params }) => ({ cleared: faults.clear(params as { id: string }) }));
}
