// A lock between the processes of one machine that survives their sudden death.
import { link, mkdir, readFile, readdir, truncate, unlink, utimes, writeFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './program.js';

/** How long to wait for the lock, in milliseconds. */
export interface LockOptions {
  readonly waitMs: number;
}

/**
 * Runs the work while no other process runs work under the same folder, and resolves with its result.
 *
 * The lock of a dead holder is taken at once on the same machine; that of a holder on another machine or in another container
 * when its file was not touched for 10 s.
 *
 * The lock is the file with the highest number: empty when free, else naming its holder. It is taken by creating the
 * next number, which only one process can do, and a number is never used twice while a higher one exists; so taking
 * over from a dead holder cannot take the lock from a living one, as removing and creating one file can.
 *
 * @throws {LockTimeout} after `waitMs`.
 */
export async function withLock<T>(folder: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const held = await takeLock(folder, options);
  const timer = setInterval(() => void touch(held), TOUCH_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    // Missing when another process took us for dead.
    await truncate(held).catch(() => {});
  }
}

/** The lock was held by another process all the time. */
export class LockTimeout extends Error {
  constructor(folder: string, waitMs: number, holder: string) {
    super(`the lock ${folder} is held by ${holder}, for more than ${waitMs} ms`);
  }
}

const POLL_MS = 20;
const TOUCH_EVERY_MS = 1_000;
const SILENCE_MS = 10_000;

async function takeLock(folder: string, { waitMs }: LockOptions): Promise<string> {
  const deadline = performance.now() + waitMs;
  const check = new HolderCheck();
  for (;;) {
    const highest = (await numbersIn(folder)).at(-1) ?? 0;
    const holder = highest === 0 ? '' : await readHolder(fileOf(folder, highest));
    const isFree = holder === '' || (await check.isGone(fileOf(folder, highest), holder));
    if (isFree && (await claim(folder, highest + 1))) return fileOf(folder, highest + 1);
    if (performance.now() > deadline) throw new LockTimeout(folder, waitMs, holder);
    if (!isFree) await sleep(POLL_MS);
  }
}

/** Creates the number's file, already naming us. False when another process has, or had, that number. */
async function claim(folder: string, number: number): Promise<boolean> {
  const draft = join(folder, `draft-${randomUUID()}`);
  await writeFile(draft, `process ${process.pid} on ${hostname()}`);
  const isCreated = await link(draft, fileOf(folder, number)).then(
    () => true,
    (error: NodeJS.ErrnoException) => (error.code === 'EEXIST' ? false : Promise.reject(error)),
  );
  await unlink(draft);
  if (!isCreated) return false;
  const numbers = await numbersIn(folder);
  // Another process took a higher number and removed this one meanwhile: it is no longer the lock.
  const isOvertaken = numbers.some((other) => other > number);
  const obsolete = isOvertaken ? [number] : numbers.filter((other) => other < number);
  for (const other of obsolete) await unlink(fileOf(folder, other)).catch(() => {});
  return !isOvertaken;
}

/** Whether the holder is dead: by its process id on this machine, else by its silence since the first check. */
class HolderCheck {
  #seen = '';
  #since = 0;

  async isGone(file: string, holder: string): Promise<boolean> {
    const [, pid, host] = /^process (\d+) on (.*)$/.exec(holder) ?? [];
    if (host === hostname() && !isAlive(Number(pid))) return true;
    const touched = `${file} ${(await stat(file).catch(() => undefined))?.mtimeMs}`;
    if (touched !== this.#seen) {
      this.#seen = touched;
      this.#since = performance.now();
    }
    return performance.now() - this.#since > SILENCE_MS;
  }
}

async function numbersIn(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder);
  return names
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
}

function fileOf(folder: string, number: number): string {
  return join(folder, String(number));
}

// A file that vanishes meanwhile was removed by a later holder: the caller reads again.
async function readHolder(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => 'somebody');
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => {});
}
