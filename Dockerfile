# One image definition for all services: `docker build --build-arg SERVICE=profile .`
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /annals
COPY package.json package-lock.json .npmrc tsconfig.base.json ./
COPY apps apps
COPY libs libs
COPY tools tools
RUN npm ci --ignore-scripts
ARG SERVICE
RUN node node_modules/typescript-7/bin/tsc --build apps/${SERVICE} tools/stack
RUN npm prune --omit=dev --ignore-scripts

FROM node:24.21.0-bookworm-slim
ARG SERVICE
ENV NODE_ENV=production SERVICE=${SERVICE} HOST=0.0.0.0
WORKDIR /annals
COPY --from=build --chown=root:root /annals/package.json ./
COPY --from=build --chown=root:root /annals/node_modules node_modules
COPY --from=build --chown=root:root /annals/libs libs
COPY --from=build --chown=root:root /annals/apps apps
COPY --from=build --chown=root:root /annals/tools tools
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=12 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["sh", "-c", "exec node --enable-source-maps apps/${SERVICE}/dist/main.js"]
