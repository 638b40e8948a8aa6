// Starts the real program as a newcomer would (`saldo demo --json`), in a folder of its own on free ports, and stops it.
// It owns the process and nothing else: what the demo shows is for the stories to look at.

import { spawn, execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

const READY_SECONDS_MAX = 60;
const STOP_SECONDS_MAX = 60;
const LOG_LINES_MAX = 2000;
const PORTS = 5; // portal, sandbox, example API, router, bank
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The binary under test: `SALDO_BIN`, or the release build of this tree. */
export function programPath() {
  const path = process.env.SALDO_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'release', 'saldo');
  if (!existsSync(path)) throw new Error(`${path} is not there; build it with: cargo build --release -p saldo`);
  return path;
}

/**
 * Starts a demo and answers when it has printed its line. The answer carries the fields of that line, `stop()`,
 * `kill()` (SIGKILL), `restart()` on the same folder and ports, and `log()`, the last lines the program wrote.
 */
export async function startDemo() {
  const folder = await mkdtemp(join(tmpdir(), 'saldo-e2e-'));
  const port = await freePorts(PORTS);
  const demo = { folder, port };
  await launch(demo);
  demo.restart = async () => {
    await stopProcess(demo.process, 'SIGTERM');
    await launch(demo);
  };
  demo.kill = () => stopProcess(demo.process, 'SIGKILL');
  demo.stop = async () => {
    await stopProcess(demo.process, 'SIGTERM');
    await rm(folder, { recursive: true, force: true });
  };
  return demo;
}

async function launch(demo) {
  const lines = [];
  const keep = (line) => {
    lines.push(line);
    if (lines.length > LOG_LINES_MAX) lines.shift();
  };
  demo.log = () => lines.join('\n');
  demo.process = spawn(programPath(), ['demo', '--json', '--data', demo.folder, '--port', String(demo.port)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  createInterface({ input: demo.process.stderr }).on('line', keep);
  try {
    Object.assign(demo, await firstJsonLine(demo.process, keep));
  } catch (error) {
    throw new Error(`${error.message}\n${demo.log()}`, { cause: error });
  }
}

function firstJsonLine(child, keep) {
  return new Promise((done, fail) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      fail(new Error(`the demo printed no JSON line within ${READY_SECONDS_MAX} s`));
    }, READY_SECONDS_MAX * 1000);
    child.once('error', fail);
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      fail(new Error(`the demo ended before it was ready (code ${code}, signal ${signal})`));
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      keep(line);
      if (!line.startsWith('{')) return;
      clearTimeout(late);
      try {
        done(JSON.parse(line));
      } catch (cause) {
        fail(new Error(`the demo's line is no JSON: ${line}`, { cause }));
      }
    });
  });
}

function stopProcess(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done, fail) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      fail(new Error(`the demo did not end within ${STOP_SECONDS_MAX} s of ${signal}`));
    }, STOP_SECONDS_MAX * 1000);
    child.once('exit', () => {
      clearTimeout(late);
      done();
    });
    child.kill(signal);
  });
}

/** The first of `count` neighbouring ports nobody listens on. */
export async function freePorts(count) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const first = 20_000 + Math.floor(Math.random() * 12_000); // below the range the kernel hands out by itself
    const free = await Promise.all(Array.from({ length: count }, (_, offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} neighbouring free ports found`);
}

function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

/** Runs the curl line the demo prints for people to copy, and answers with what it printed. */
export function runExampleCall(demo) {
  return new Promise((done, fail) => {
    execFile('sh', ['-c', demo.example_call], { timeout: 30_000 }, (error, stdout, stderr) => {
      if (error) fail(new Error(`${demo.example_call}\n${stdout}\n${stderr}`, { cause: error }));
      else done(stdout);
    });
  });
}

/** One call of the example API with a customer's own key. */
export function callExampleApi(demo, apiKey = demo.customer.api_key) {
  return fetch(demo.example_api_url, { headers: { authorization: `Bearer ${apiKey}` } });
}

/** A call of the operator's API; anything but 2xx is an error that shows the problem. */
export async function callApi(demo, method, path, body) {
  const response = await fetch(new URL(path, demo.api_url), {
    method,
    headers: {
      authorization: `Bearer ${demo.api_key}`,
      ...(method === 'GET' ? {} : { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** Moves the demo's clock; answers once the book has settled what fell due. */
export function advanceClock(demo, seconds) {
  return callApi(demo, 'POST', '/v1/test-clock/advance', { seconds });
}
