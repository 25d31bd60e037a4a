// A logger of the user's, made safe once, where it comes in: what we write with never throws, and rejects nobody.

/** What a logger may offer. Some write at once, some answer with a promise that may reject. */
interface AnyLogger {
  debug?(facts: object, message: string): unknown;
  info(facts: object, message: string): unknown;
  warn(facts: object, message: string): unknown;
  error(facts: object, message: string): unknown;
  isLevelEnabled?(level: 'debug'): boolean;
}

/**
 * The only log that our code writes to: with a private part, so that the compiler takes no raw logger in its place. How a job ends must
 * not depend on a line about it. The first fault of a logger is a process warning; all others are let go.
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

/** A fault that cannot even be put into words must not be one of ours. */
function words(fault: unknown): string {
  try {
    return String(fault);
  } catch {
    return 'it threw what cannot be shown';
  }
}
