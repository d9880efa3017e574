// `/assets/…`: the board's own style sheet and icon. Open to everybody, since the login page needs them; their names hold their hash.

import type { FastifyInstance } from "fastify";
import { NotFoundError } from "../errors.ts";
import { assets } from "../views/assets.ts";

export function addAssetRoute(server: FastifyInstance): void {
  server.get<{ Params: { file: string } }>("/assets/:file", async (request, reply) => {
    const asset = assets.find(({ file }) => file === request.params.file);
    if (asset === undefined) throw new NotFoundError();
    reply.header("cache-control", "public, max-age=31536000, immutable").type(asset.type);
    return reply.send(asset.content);
  });
}
