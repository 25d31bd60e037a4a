// What our code takes from the user's program and its machine, made safe to use: the logger and its level, abort signals, the clock.
import { OptionsError } from './errors.js';
import { quoted } from './foreign-text/foreign-text.js';

/** What a logger may offer. Some write at once, some answer with a promise that may reject. */
interface AnyLogger {
  debug?(facts: object, message: string): unknown;
  info(facts: object, message: string): unknown;
  warn(facts: object, message: string): unknown;
  error(facts: object, message: string): unknown;
  isLevelEnabled?(level: 'debug'): boolean;
}

/**
 * The user's logger, made safe where it comes in: no call throws or leaves an unhandled rejection. It is the only log that our code writes
 * to, and its private field keeps the compiler from taking a raw logger in its place. The end of a job must not depend on a log line. The
 * first fault of the logger is a process warning; later ones are ignored.
 */
export class GuardedLog {
  readonly #logger: AnyLogger;
  #hasWarned = false;

  constructor(logger: AnyLogger) {
    this.#logger = logger;
  }

  debug(facts: object, message: string): void {
    this.#write('debug', facts, message);
  }

  info(facts: object, message: string): void {
    this.#write('info', facts, message);
  }

  warn(facts: object, message: string): void {
    this.#write('warn', facts, message);
  }

  error(facts: object, message: string): void {
    this.#write('error', facts, message);
  }

  /** Whether the logger writes lines at debug; true of one that does not say. */
  isDebugEnabled(): boolean {
    try {
      return this.#logger.isLevelEnabled?.('debug') !== false;
    } catch (fault) {
      this.#warnOnce(fault);
      return true;
    }
  }

  #write(level: 'debug' | 'info' | 'warn' | 'error', facts: object, message: string): void {
    try {
      const written = this.#logger[level]?.(facts, message);
      if (written !== undefined) void Promise.resolve(written).catch((fault: unknown) => this.#warnOnce(fault));
    } catch (fault) {
      this.#warnOnce(fault);
    }
  }

  #warnOnce(fault: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    process.emitWarning(`the logger fails: ${words(fault)}. Work goes on; lines of the log may be missing.`, {
      type: 'AcktorWarning',
      code: 'ACKTOR_LOGGER',
    });
  }
}

/** Never throws, even where the fault cannot be turned into text. */
function words(fault: unknown): string {
  try {
    return String(fault);
  } catch {
    return 'it threw what cannot be shown';
  }
}

/**
 * Calls `run` once when the signal aborts; never when it has aborted already. Returns a function that stops listening. Call it when the
 * wait ends for another reason: the owner of the signal may keep it as long as the process lives, and with it each listener and all that
 * the listener refers to. `AbortSignal.any` is no alternative: it leaves an entry with each signal that it is given (Node 20).
 *
 * A signal gets one listener of ours, however many waits share it, and none without a wait: Node warns of a leak at the eleventh, though
 * one signal for a thousand results is no leak. `run` must not throw, or the callbacks after it would not be called.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  const waiting = waitingOn.get(signal) ?? beginListening(signal);
  // Each call has its own entry: a function that is given twice is called twice, and each is stopped by itself.
  const entry = { run };
  waiting.entries.add(entry);
  return () => {
    if (!waiting.entries.delete(entry) || waiting.entries.size > 0) return;
    signal.removeEventListener('abort', waiting.callAll);
    if (waitingOn.get(signal) === waiting) waitingOn.delete(signal);
  };
}

/** The waits on one signal, and the one listener that ends them. */
interface Waiting {
  readonly entries: Set<{ readonly run: () => void }>;
  readonly callAll: () => void;
}

const waitingOn = new WeakMap<AbortSignal, Waiting>();

function beginListening(signal: AbortSignal): Waiting {
  const entries: Waiting['entries'] = new Set();
  const callAll = () => {
    // A wait that begins during the calls is too late, as with any listener.
    waitingOn.delete(signal);
    for (const { run } of entries) run();
    entries.clear();
  };
  const waiting: Waiting = { entries, callAll };
  signal.addEventListener('abort', callAll, { once: true });
  waitingOn.set(signal, waiting);
  return waiting;
}

// Read before any handler can replace them.
const startedAtMs = performance.timeOrigin;
const sinceStartMs = performance.now.bind(performance);

/**
 * Milliseconds since the epoch, whole and never decreasing: the machine's time when the process started plus the time since then. Setting
 * the machine's clock does not change it, nor does a handler that replaces `Date.now`.
 *
 * For spans within a process, and for people to read. Decisions about jobs use the server's time.
 */
export function steadyNowMs(): number {
  return Math.round(startedAtMs + sinceStartMs());
}

/** The machine's own clock, as an engine's clock is: its timers do not keep a process alive. */
export const systemClock = {
  now: steadyNowMs,
  setTimeout: (run: () => void, ms: number): unknown => setTimeout(run, ms).unref(),
  clearTimeout: (timer: unknown): void => clearTimeout(timer as NodeJS.Timeout),
};

/** The levels of `ACKTOR_LOG_LEVEL`; Acktor itself writes at `debug`, `info`, `warn` and `error`. */
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

/**
 * The level that the environment names; `info` where it names none.
 * @throws OptionsError for a name that is no level, and for an empty one, which was to be filled in.
 */
export function readLogLevel(env: NodeJS.ProcessEnv = process.env): LogLevel {
  const text = env['ACKTOR_LOG_LEVEL'];
  if (text === undefined) return 'info';
  const level = logLevels.find((known) => known === text);
  if (level !== undefined) return level;
  const found = text.trim() === '' ? 'an empty text (fill it in, or do not set it)' : quoted(text);
  const message = `expected ACKTOR_LOG_LEVEL to be one of ${logLevels.join(', ')}, got ${found}`;
  throw new OptionsError([{ option: 'ACKTOR_LOG_LEVEL', message }]);
}

/** Resolves and rejects as the promise does, and rejects with the signal's reason when that aborts first. */
export async function within<T>(promise: Promise<T>, limit: AbortSignal): Promise<T> {
  limit.throwIfAborted();
  let stop: () => void = () => undefined;
  const timeOver = new Promise<never>((_resolve, reject) => {
    stop = onAbort(limit, () => reject(limit.reason as Error));
  });
  try {
    return await Promise.race([promise, timeOver]);
  } finally {
    stop();
  }
}
