import type { FastifyInstance } from "fastify";
import { pageStateOf } from "../auth/page-state.ts";
import { sendPage } from "../html/html.ts";
import { explanationsPage } from "./page.ts";

export function addExplanationRoutes(server: FastifyInstance): void {
  server.get("/errors", async (request, reply) =>
    sendPage(reply, explanationsPage(pageStateOf(request, reply, "/errors"))),
  );
}
