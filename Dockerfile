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
# What packages/compile-cache keeps: each start without configuration (it ends with 78) leaves what it loaded. Node.js looks
# for it under the version, the kind of CPU and the number of the user, so that another user compiles as before.
ENV NODE_ENV=production NODE_OPTIONS=--max-old-space-size-percentage=70
ENV NODE_COMPILE_CACHE=/app/node_modules/.compile-cache
RUN install --directory --owner=1000 node_modules/.compile-cache
USER 1000:1000
RUN for service in ingress worker board api; do \
      node services/$service/src/main.ts 2>/dev/null || test $? = 78 || exit 1; \
    done \
 && node services/cli/src/main.ts --help >/dev/null \
 && chmod --recursive a+rX node_modules/.compile-cache

FROM ${NODE_IMAGE}
ENV NODE_ENV=production NODE_COMPILE_CACHE=/app/node_modules/.compile-cache PATH=/app:$PATH
# Of the memory that the container may have; the rest is for buffers, code and the stack. Without a limit, of the machine.
ENV NODE_OPTIONS=--max-old-space-size-percentage=70
WORKDIR /app
# Owned by root and not writable by the services. A number, so that an orchestrator sees that it isn't root.
COPY --from=install --chown=0:0 /app .
USER 1000:1000
STOPSIGNAL SIGTERM
