// Drives the page for browsers in a headless Chromium, and compares what it shows with what hsxray says it must.
// usage: node page.mjs DIST PLAN.json [PICTURES]     playwright-core on NODE_PATH
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { readFile, mkdir } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import assert from 'node:assert/strict';

const { chromium } = createRequire(`${process.env.NODE_PATH}/`)('playwright-core');
const [dist, planFile, pictures] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(planFile, 'utf8'));
if (pictures) await mkdir(pictures, { recursive: true });

const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css', wasm: 'application/wasm' };
const server = createServer(async (request, response) => {
  const name = new URL(request.url, 'http://localhost').pathname.slice(1) || 'index.html';
  try {
    const body = await readFile(join(dist, name));
    response.writeHead(200, { 'content-type': TYPES[name.split('.').pop()] ?? 'application/octet-stream' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const base = `http://127.0.0.1:${server.address().port}/`;

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const wrong = [];

// A page on which every error and every request to elsewhere is a failure.
async function newPage(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme: 'dark', ...options });
  const page = await context.newPage();
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) wrong.push(message.text()); });
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !url.startsWith('file:') && !url.startsWith('blob:')) wrong.push(`request to ${url}`);
    page.requests = (page.requests ?? 0) + 1;
  });
  return page;
}

const settled = (page) => page.waitForSelector('#screen[aria-busy=false]', { state: 'attached', timeout: 60_000 });

async function key(page, [key, code, ctrlKey, altKey, shiftKey]) {
  await page.evaluate((init) => {
    find('screen').dispatchEvent(new KeyboardEvent('keydown', { ...init, bubbles: true, cancelable: true }));
  }, { key, code, ctrlKey, altKey, shiftKey });
  await settled(page);
}

async function opened(page, at) {
  await page.goto(`${base}#${at}`);
  await page.reload();
  await page.waitForSelector('#screen:not([hidden])');
  await settled(page);
}

// The rows as the page has them: texts with their colours.
const shown = (page) => page.evaluate(() => rows.map((row) => [...row.children].map((span) => ({
  text: span.textContent, columns: parseInt(span.style.width, 10), ink: span.dataset.ink ?? '', paper: span.dataset.paper ?? '',
  style: span.className.replaceAll(' ', ''),
}))));

// A screen of as many cells as the plan is for.
async function exact(page, [columns, lines]) {
  await page.evaluate(([width, height]) => { fit = () => (grid = { columns: width, rows: height }); resized(); }, [columns, lines]);
  await settled(page);
}

async function plays() {
  const page = await newPage();
  await page.addInitScript(() => localStorage.clear());
  for (const { at, keys, rows } of plan.plays) {
    await page.goto(`${base}#none`);
    // Nothing of the session before is kept.
    await page.evaluate(() => { worker?.terminate(); localStorage.clear(); });
    await page.evaluate(([width, height]) => { fit = () => (grid = { columns: width, rows: height }); }, plan.size);
    await page.evaluate((hash) => { location.hash = hash; }, at);
    await page.waitForSelector('#screen:not([hidden])');
    await settled(page);
    for (const one of keys) await key(page, one);
    const there = await shown(page);
    const expected = rows.map((row) => row.runs);
    for (const [y, row] of expected.entries()) {
      assert.deepEqual(there[y], row, `${at}, row ${y}, after ${keys.map((k) => k[0]).join(' ')}`);
    }
    await page.evaluate(() => leave());
  }
  console.log(`${plan.plays.length} scripts: the page shows what hsxray draws`);
}

const texts = (page) => page.evaluate(() => rows.map((row) => row.textContent).join('\n'));

const parts = { plays };
for (const [name, part] of Object.entries(parts)) {
  if (plan.parts && !plan.parts.includes(name)) continue;
  await part();
}
assert.deepEqual(wrong, []);
await browser.close();
server.close();
