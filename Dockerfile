# The controller as `fedctl install --controller` runs it: no root, nothing written to its own file system.
#   docker build -t NAME . && docker push NAME
#   fedctl install --controller --controller-image NAME

FROM node:24-bookworm-slim AS build
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /source/package.json /source/LICENSE ./
COPY --from=build /source/bin bin
COPY --from=build /source/dist dist
USER 65532:65532
ENTRYPOINT ["node", "/app/bin/fedctl.js"]
CMD ["controller"]
