// Opens /docs in a real headless Chromium: npm run test:browser [-- --gateway http://127.0.0.1:8080] [--screenshot file]
// Without --gateway it starts one by itself, with a backend of one article. Exits 1 when something is not as it should.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.ts';
import { startStandIn } from './stand-in.ts';

const { values } = parseArgs({ options: { gateway: { type: 'string' }, screenshot: { type: 'string' } } });
const folder = mkdtempSync(join(tmpdir(), 'kiban-browser-'));
const standIn = values.gateway ? undefined : await startStandIn(folder);
const base = (values.gateway ?? standIn?.url ?? '').replace(/\/$/, '');

try {
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: findChromium(),
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    viewport: { width: 1280, height: 1400 },
  });
  const page = await context.newPage();
  const foreign: string[] = [];
  const failures: string[] = [];
  page.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(`${base}/`)) foreign.push(request.url());
  });
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('requestfailed', (request) => failures.push(`${request.url()}: ${request.failure()?.errorText}`));

  await page.goto(`${base}/docs`);
  await listsOperations(page);
  await triesOut(page);
  if (values.screenshot) await page.screenshot({ path: values.screenshot });
  assert.deepEqual(foreign, [], 'no request may leave the gateway');
  assert.deepEqual(failures, [], 'nothing on the page may fail');
  await context.close();
  console.log('Tests: 3 passed, 0 failed (operations listed, an operation tried out, no external request)');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error('Tests: 0 passed, 1 failed');
  process.exitCode = 1;
} finally {
  await standIn?.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Every operation of /openapi.json is on the page. */
async function listsOperations(page: Page): Promise<void> {
  const document = (await (await fetch(`${base}/openapi.json`)).json()) as { paths: Record<string, object> };
  const expected = Object.values(document.paths).flatMap((item) => Object.keys(item)).length;
  await page.locator('.opblock').first().waitFor({ timeout: 20_000 });
  const shown = await page.locator('.opblock').count();
  assert.equal(shown, expected, 'operations on the page');
}

/** GET /v1/articles answers 200 with articles when somebody presses Execute. */
async function triesOut(page: Page): Promise<void> {
  const operation = page
    .locator('.opblock', { has: page.locator('[data-path="/v1/articles"]') })
    .filter({ hasText: 'GET' })
    .first();
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Execute' }).click();
  const row = operation.locator('.live-responses-table .response').first();
  await row.waitFor({ timeout: 20_000 });
  assert.match(await row.locator('.response-col_status').innerText(), /^200/, 'status shown');
  assert.match(await row.locator('.highlight-code').first().innerText(), /"articles"/, 'answer shown');
}
