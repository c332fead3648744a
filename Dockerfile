# The server and the worker in one image; the command says which. The sources run as they are (Node
# strips the types), so nothing is built.
#
#   docker build -t bedside .
#   docker run --rm -p 3000:3000 -v bedside:/var/lib/bedside bedside

FROM node:24-slim AS dependencies
WORKDIR /app
# Manifests alone, so that a change of the sources installs nothing anew.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages/core/package.json packages/core/
COPY packages/http-adapter/package.json packages/http-adapter/
COPY packages/postgres-adapter/package.json packages/postgres-adapter/
COPY packages/worker-adapter/package.json packages/worker-adapter/
COPY examples/server/package.json examples/server/
COPY examples/worker/package.json examples/worker/
RUN npx --yes pnpm@12.21.0 install --prod --frozen-lockfile \
    --filter "@bedside/example-server..." --filter "@bedside/example-worker..."

FROM node:24-slim
WORKDIR /app
COPY --from=dependencies /app ./
COPY packages packages
COPY examples examples
RUN install -d -o node -g node -m 700 /var/lib/bedside

ENV NODE_ENV=production \
    NODE_OPTIONS="--conditions=@bedside/source --disable-warning=ExperimentalWarning" \
    HOST=0.0.0.0 \
    PORT=3000 \
    BEDSIDE_DATA_DIR=/var/lib/bedside
USER node
VOLUME /var/lib/bedside
EXPOSE 3000

# The image has no curl. A worker listens on 9464 (BEDSIDE_METRICS_PORT): ask there for it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD \
    ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# Without a shell in between, so that SIGTERM reaches the process and it can finish its work.
CMD ["node", "examples/server/main.ts"]
