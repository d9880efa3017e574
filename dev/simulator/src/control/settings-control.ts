// `/_control/settings`: what can be chosen while the simulator runs.
import type { FastifyInstance } from "fastify";
import type { World } from "../world.ts";
import { settingsSchema } from "./schemas.ts";

export function addSettingsControl(control: FastifyInstance, { settings }: World): void {
  control.get("/settings", async () => settings);
  control.patch("/settings", { schema: { body: settingsSchema } }, async ({ body }) =>
    Object.assign(settings, body),
  );
}
