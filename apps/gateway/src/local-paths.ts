import type { IncomingMessage, ServerResponse } from 'node:http';
import { serveDocs } from './docs-page.ts';

/** The paths that the gateway answers itself: /healthz, /openapi.json and /docs. */
export function localPaths(openApiJson: () => string) {
  return (path: string, request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    if (path === '/healthz') {
      sendJson(response, '{"status":"SERVING"}');
      return true;
    }
    if (path === '/openapi.json') {
      sendJson(response, openApiJson());
      return true;
    }
    return serveDocs(path, response);
  };
}

function sendJson(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' });
  response.end(body);
}
