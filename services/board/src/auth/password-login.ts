// Logging in by user and password, with the form on the login page.

import type { FastifyRequest } from "fastify";
import type { LoginMethod } from "./login-method.ts";
import { passwordForm } from "./login-page.ts";
import type { TryPassword } from "./try-password.ts";

const body = {
  type: "object",
  required: ["user", "password"],
  properties: {
    user: { type: "string", maxLength: 200 },
    password: { type: "string", maxLength: 1_000 },
    next: { type: "string", maxLength: 2_000 },
  },
} as const;

interface LoginForm {
  user: string;
  password: string;
  next?: string;
}

export function createPasswordLogin(tryPassword: TryPassword): LoginMethod {
  return {
    loginPart: passwordForm,
    addRoutes(server, logIn) {
      server.post(
        "/login",
        { schema: { body }, preHandler: server.csrfProtection },
        async (request: FastifyRequest, reply) => {
          const { user, password, next = "/" } = request.body as LoginForm;
          const identity = await tryPassword(request, user, password);
          return logIn(request, reply, { identity, next });
        },
      );
    },
  };
}
