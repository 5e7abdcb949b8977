import type { DockerEngine } from '../docker-engine.ts';

/** The names that the Dockerfile asks a registry for. */
export function nameBases(docker: DockerEngine): void {
  docker.run(['tag', 'kiban-standin/node:26.10.0', 'node:26.10.0-bookworm-slim']);
  docker.run(['tag', 'kiban-standin/cc-debian12:nonroot', 'gcr.io/distroless/cc-debian12:nonroot']);
}
