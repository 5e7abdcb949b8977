import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerResponse } from 'node:http';

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kiban API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const START = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  persistAuthorization: true,
  validatorUrl: null,
  tryItOutEnabled: true,
});
`;

const ASSETS: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** Everything comes from this server: the browser is told to ask nobody else. */
const HEADERS = {
  'content-security-policy': "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
};

/** Answers /docs and the files below it; false for every other path. */
export function serveDocs(path: string, response: ServerResponse): boolean {
  if (path === '/docs' || path === '/docs/') {
    send(response, 'text/html; charset=utf-8', HTML);
    return true;
  }
  if (!path.startsWith('/docs/')) return false;
  const name = path.slice('/docs/'.length);
  if (name === 'start.js') send(response, 'text/javascript; charset=utf-8', START);
  else if (Object.hasOwn(ASSETS, name)) send(response, ASSETS[name] as string, readFileSync(join(assets(), name)));
  else return false;
  return true;
}

function send(response: ServerResponse, type: string, body: string | Buffer): void {
  response.writeHead(200, { ...HEADERS, 'content-type': type });
  response.end(body);
}

/** Beside the bundle, else in node_modules. Files are read when they are asked for: nobody keeps 1.5 MB in memory. */
function assets(): string {
  const bundled = join(dirname(fileURLToPath(import.meta.url)), 'docs');
  if (existsSync(bundled)) return bundled;
  return dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
}
