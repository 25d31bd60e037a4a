// The suite in lanes: several mocha processes at once, each with its share of the folders, and the sum of their counts as the last line.
// A test waits more than it works, and one process leaves a core idle. A file stays whole, so that what it starts is started once.
// A lane in which nothing begins and nothing ends for too long is ended: mocha's own limits do not end a loop, nor an import that waits.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { UNDER_WAY } from './under-way.mjs';

/** About how long a folder takes by itself, in seconds; what is not here takes less than ten. */
const SECONDS = {
  cli: 230,
  supervisor: 110,
  fleet: 65,
  worker: 70,
  server: 50,
  engines: 45,
  cluster: 45,
  dashboard: 40,
  schedules: 40,
  'taking-over': 40,
  protocol: 40,
  differential: 30,
  consumer: 28,
  examples: 25,
  events: 25,
  sentinel: 24,
  start: 23,
  readme: 22,
  'dead-letters': 19,
  hostile: 16,
  heartbeat: 13,
  directions: 11,
  metrics: 10,
};
const FEW_SECONDS = 5;
/** The longest folder takes a fifth of the whole: more lanes than these end no sooner. */
const MOST_LANES = 4;
/** Something that a lane has left behind may hold its output open. */
const OUTPUT_ENDS_MS = 5_000;
/** The longest test has eight minutes. */
const STALL_MINUTES = 15;
/** A lane that is told to end, and does not. */
const KILL_MS = 5_000;

/** How many lanes this machine bears: `ACKTOR_TEST_LANES`, or one for each core. */
export function laneCount() {
  const asked = process.env.ACKTOR_TEST_LANES;
  if (asked === undefined || asked === '') return Math.min(availableParallelism(), MOST_LANES);
  if (/^[1-9]\d?$/.test(asked)) return Number(asked);
  throw new RangeError(`expected ACKTOR_TEST_LANES to be a whole number from 1 to 99, got "${asked}"`);
}

/** How long nothing may begin or end in a lane: `ACKTOR_TEST_STALL_MINUTES`, or a quarter of an hour. */
export function stallMs() {
  const asked = process.env.ACKTOR_TEST_STALL_MINUTES;
  const minutes = asked === undefined || asked === '' ? STALL_MINUTES : Number(asked);
  if (minutes > 0 && minutes <= 10_000) return minutes * 60_000;
  throw new RangeError(`expected ACKTOR_TEST_STALL_MINUTES to be a number above 0, up to 10000, got "${asked}"`);
}

/** Patterns of all compiled tests, one for each folder of `test/dist`. What needs a browser is asked for by name. */
export function everyFolder(root) {
  const names = readdirSync(join(root, 'test', 'dist'), { withFileTypes: true });
  const folders = names.filter((each) => each.isDirectory() && each.name !== 'browser').map(({ name }) => name);
  return folders
    .filter((name) => hasTests(join(root, 'test', 'dist', name)))
    .map((name) => `test/dist/${name}/**/*.test.js`);
}

function hasTests(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.test.js'));
}

/** Divides patterns among so many lanes that take about as long: the longest first, each to the lane with the least. */
export function divide(patterns, count) {
  const lanes = Array.from({ length: Math.min(count, patterns.length) }, () => ({ seconds: 0, patterns: [] }));
  for (const pattern of patterns.toSorted((one, other) => secondsOf(other) - secondsOf(one))) {
    const lane = lanes.reduce((least, each) => (each.seconds < least.seconds ? each : least));
    lane.seconds += secondsOf(pattern);
    lane.patterns.push(pattern);
  }
  return lanes.map((lane) => lane.patterns);
}

function secondsOf(pattern) {
  const [, , folder, ...rest] = pattern.split('/');
  return rest[0] === '**' ? (SECONDS[folder] ?? FEW_SECONDS) : FEW_SECONDS;
}

/**
 * Runs `program` once for each lane, at the same time, with the lane's patterns and `options`. Prints the first lane's output as it comes,
 * and of each other what it has printed when those before it have ended. A lane that stalls is ended, and says in what. Resolves with the exit
 * code: 0 when all ended with 0 and said so.
 */
export async function runLanes(program, lanes, options) {
  const limitMs = stallMs();
  const folder = mkdtempSync(join(tmpdir(), 'acktor-lanes-'));
  const running = lanes.map((patterns, i) =>
    startLane([program, ...patterns, ...options], { underWay: join(folder, `${i}`), limitMs }),
  );
  const stop = () => running.forEach((lane) => lane.stop());
  // A terminal's Ctrl-C reaches the lanes by itself, and they end of it; we only wait for them.
  const stay = () => undefined;
  process.on('SIGTERM', stop).on('SIGINT', stay);
  try {
    for (const lane of running) await lane.show();
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stay);
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`\n${sumOf(running.map((lane) => lane.counts()))}\n`);
  return running.every(({ hasPassed }) => hasPassed()) ? 0 : 1;
}

function startLane(args, { underWay, limitMs }) {
  const env = { ...process.env, [UNDER_WAY]: underWay };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const ended = endOf(child);
  endWhenStalled(child, { underWay, limitMs, say: (line) => child.stdout.emit('data', line) });
  let text = '';
  let isShown = false;
  // By itself: two pipes have no order, and what was logged before the last line may come after it.
  let printed = '';
  child.stdout.on('data', (piece) => (printed += piece));
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8');
    output.on('data', (piece) => {
      text += piece;
      if (isShown) process.stdout.write(piece);
    });
  }
  return {
    stop: () => child.kill('SIGTERM'),
    /** Prints what there is, and what comes until the lane has ended. */
    async show() {
      process.stdout.write(text);
      isShown = true;
      await ended;
    },
    /** A lane that has failed for another reason than its tests counts one failure of its own. */
    counts() {
      const [passed, failed, skipped] = countsIn(printed) ?? [0, 0, 0];
      return [passed, this.hasPassed() ? failed : Math.max(failed, 1), skipped];
    },
    hasPassed: () => child.exitCode === 0 && countsIn(printed)?.[1] === 0,
  };
}

/** Ends a lane whose file of what is under way stays as it is for `limitMs`, and says what that is. */
function endWhenStalled(child, { underWay, limitMs, say }) {
  let [last, sinceMs] = [undefined, performance.now()];
  const looking = setInterval(
    () => {
      const now = readUnderWay(underWay);
      if (now !== last) [last, sinceMs] = [now, performance.now()];
      if (performance.now() - sinceMs < limitMs) return;
      clearInterval(looking);
      say(stalled(last, limitMs));
      child.kill('SIGTERM');
      // Unreferenced: it keeps nothing alive that has ended.
      setTimeout(() => child.kill('SIGKILL'), KILL_MS).unref();
    },
    Math.min(1_000, limitMs / 4),
  );
  child.once('exit', () => clearInterval(looking));
}

function stalled(what, limitMs) {
  const where = what === undefined ? 'before its first test: in an import of one of its files' : `in: ${what.trim()}`;
  const limit = `for ${limitMs / 60_000} minutes (ACKTOR_TEST_STALL_MINUTES)`;
  return `\nexpected a test to begin or to end in this lane, but nothing has ${limit}. It hangs ${where}\n`;
}

/** Undefined before the first test. */
function readUnderWay(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

async function endOf(child) {
  const closed = once(child, 'close');
  await once(child, 'exit');
  let timer;
  await Promise.race([closed, new Promise((resolve) => (timer = setTimeout(resolve, OUTPUT_ENDS_MS)))]);
  clearTimeout(timer);
  child.stdout.destroy();
  child.stderr.destroy();
}

/** Those of a lane's last line; undefined when it has ended without one. */
function countsIn(text) {
  const [, ...counts] = /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/.exec(text) ?? [];
  return counts.length === 0 ? undefined : counts.map((count) => Number(count ?? 0));
}

function sumOf(lanes) {
  const [passed, failed, skipped] = [0, 1, 2].map((at) => lanes.reduce((sum, counts) => sum + counts[at], 0));
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
