# One image for every service and the command line: `node services/<name>/src/main.ts` and `fleetkeeper`, TypeScript as it is
# (Node.js 24).

ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS install
WORKDIR /app
COPY . .
# Only what the services need at run time: no development dependency, and nothing of the local stack.
RUN npx --yes "$(node --print 'require("./package.json").packageManager')" install --prod --frozen-lockfile \
      --filter-prod "@fleetkeeper/ingress..." \
      --filter-prod "@fleetkeeper/worker..." \
      --filter-prod "@fleetkeeper/board..." \
      --filter-prod "@fleetkeeper/cli..." \
      --filter-prod "@fleetkeeper/api..." \
      --filter-prod "@fleetkeeper/simulator..."

FROM ${NODE_IMAGE}
ENV NODE_ENV=production PATH=/app:$PATH
# Of the memory that the container may have; the rest is for buffers, code and the stack. Without a limit, of the machine.
ENV NODE_OPTIONS=--max-old-space-size-percentage=70
WORKDIR /app
# Owned by root and not writable by the services. A number, so that an orchestrator sees that it isn't root.
COPY --from=install /app .
USER 1000:1000
STOPSIGNAL SIGTERM
