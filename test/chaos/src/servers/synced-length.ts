// How much of a server's append-only file is on the disk for certain, learned from the kernel rather than from the server.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Watches the server's thread that calls `fdatasync` under `appendfsync everysec`. When the thread has run and sleeps again, all
 * that the file held at the last look before it ran is on the disk. What came after that look may be, too: a power cut may
 * take it.
 *
 * Linux only: nothing else shows what a single thread of another process does.
 */
export class SyncedLength {
  readonly #file: string;
  readonly #thread: string;
  readonly #timer: NodeJS.Timeout;
  #runs: string;
  #seenBytes = 0;
  /** What the file held before the thread began to run; undefined while it sleeps. */
  #coveredBytes: number | undefined;
  #bytes = 0;

  private constructor(file: string, thread: string) {
    this.#file = file;
    this.#thread = thread;
    this.#runs = lookAt(thread).runs;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** @param folder the server's. */
  static watch(pid: number, folder: string): SyncedLength {
    const tasks = `/proc/${pid}/task`;
    const thread = readdirSync(tasks).find((id) => THREAD.test(readFileSync(join(tasks, id, 'comm'), 'utf8')));
    if (thread === undefined) throw new Error(`expected process ${pid} to have a thread that writes to the disk`);
    return new SyncedLength(appendOnlyFile(folder), join(tasks, thread));
  }

  /** Looks no more, and answers the length, in bytes, to which a power cut at this moment may cut the file. */
  stop(): number {
    clearInterval(this.#timer);
    return this.#bytes;
  }

  #look(): void {
    const { runs, isAsleep } = lookAt(this.#thread);
    if (runs !== this.#runs) {
      this.#coveredBytes ??= this.#seenBytes;
    } else if (isAsleep && this.#coveredBytes !== undefined) {
      this.#bytes = this.#coveredBytes;
      this.#coveredBytes = undefined;
    }
    this.#runs = runs;
    this.#seenBytes = statSync(this.#file).size;
  }
}

const LOOK_EVERY_MS = 2;
const THREAD = /^bio_aof/;

/** The file that grows; the server began it when it began its data. */
export function appendOnlyFile(folder: string): string {
  const name = readdirSync(join(folder, 'appendonlydir')).find((it) => it.endsWith('.incr.aof'));
  if (name === undefined) throw new Error(`expected an append-only file in ${folder}`);
  return join(folder, 'appendonlydir', name);
}

/** `runs` grows whenever it wakes for an order and whenever it waits for the disk, which is another sleep than that for orders. */
function lookAt(thread: string): { readonly runs: string; readonly isAsleep: boolean } {
  const status = readFileSync(join(thread, 'status'), 'utf8');
  const runs = /^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1] ?? '';
  return { runs, isAsleep: /^State:\s*S/m.test(status) };
}
