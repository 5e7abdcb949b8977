import { type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { hasBody } from '@kiban/transcoding';

/** Names the developer's namespace that a request is for, such as `dev-alice`. */
const DEVELOPER_HEADER = 'x-dev-namespace';
const NAMESPACE = /^dev-[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$/;

/**
 * Sends requests that carry x-dev-namespace to that namespace's own gateway; all others are answered as before. For
 * clusters that developers share, never for production: whoever knows the header reaches the developer's code.
 * @param target host:port of a namespace's gateway, with `{namespace}` in it
 */
export function admitDevelopers(server: Server, target: string): void {
  const listeners = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners('request');
  server.on('request', (asked: IncomingMessage, response: ServerResponse) => {
    const namespace = asked.headers[DEVELOPER_HEADER];
    if (namespace === undefined) for (const listener of listeners) listener.call(server, asked, response);
    else if (typeof namespace === 'string' && NAMESPACE.test(namespace)) {
      pass(asked, response, target.replace('{namespace}', namespace), namespace);
    } else answer(response, 400, `${DEVELOPER_HEADER} names no developer's namespace; expected dev-<user>`);
  });
}

function pass(asked: IncomingMessage, response: ServerResponse, target: string, namespace: string): void {
  const { [DEVELOPER_HEADER]: _, connection: __, ...headers } = asked.headers;
  const url = `http://${target}${asked.url ?? '/'}`;
  const sent = request(url, { method: asked.method, headers, setHost: false }, (reply) => {
    response.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(response);
    reply.once('error', () => response.destroy());
  });
  sent.once('error', ({ message }) => {
    if (response.headersSent) response.destroy();
    else answer(response, 503, `the gateway of ${namespace} does not answer: ${message}`);
  });
  response.once('close', () => sent.destroy());
  if (hasBody(asked)) asked.pipe(sent);
  else sent.end();
}

/** An error in the form that the API's have. */
function answer(response: ServerResponse, status: 400 | 503, message: string): void {
  const body = JSON.stringify({ code: status === 400 ? 3 : 14, message, details: [] });
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}
