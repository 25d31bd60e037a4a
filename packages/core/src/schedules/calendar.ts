// When a schedule is due: cron patterns in time zones.
//
// cron-parser, in the very version that BullMQ depends on: workers of both find the same times, so that either may add a schedule's next run.
import { closestMatch } from 'leven';
import { errorReason } from '../foreign-text/error-text.js';
import { quoted } from '../foreign-text/foreign-text.js';

/** A cron pattern and what bounds it. */
export interface CronRule {
  /** Five fields, or six with the seconds first; or a name such as `@daily`. */
  readonly cron: string;
  /** A name of the tz database. Without one the machine's own counts, which is what BullMQ does. */
  readonly timeZone?: string | undefined;
  /** No run is before this time, in milliseconds since the epoch. */
  readonly startsAtMs?: number | undefined;
  /** No run is after this time. */
  readonly endsAtMs?: number | undefined;
  /** What the `H` of a pattern stands for follows from it. */
  readonly seed?: string | undefined;
  readonly isStrict?: boolean | undefined;
}

/** Finds the times of cron patterns. cron-parser, and luxon with it, is loaded by the first that is asked for. */
export class Calendar {
  static #loading: Promise<Calendar> | undefined;
  readonly #parse: Parse;

  private constructor(parse: Parse) {
    this.#parse = parse;
  }

  static load(): Promise<Calendar> {
    return (this.#loading ??= import('cron-parser').then(
      ({ CronExpressionParser }) => new Calendar((cron, options) => CronExpressionParser.parse(cron, options)),
    ));
  }

  /**
   * The first time after that one; undefined when there is none. @throws Error for a pattern, or a time zone, that cannot be read.
   *
   * Where the clock of Chatham is put back, cron-parser (5.10) finds a time that is past for an hour: then it is asked from later on.
   */
  next(rule: CronRule, afterMs: number): number | undefined {
    const fromMs = Math.max(afterMs, rule.startsAtMs ?? afterMs);
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      const ms = this.#find(rule, fromMs + look * MINUTE_MS);
      if (ms === undefined || ms > afterMs) return ms;
    }
    return undefined;
  }

  /** The first times after that one, `most` of them. @throws Error for a pattern, or a time zone, that cannot be read. */
  upcoming(rule: CronRule, afterMs: number, most: number): readonly number[] {
    const times: number[] = [];
    for (let ms: number | undefined = afterMs; times.length < most; times.push(ms)) {
      ms = this.next(rule, ms);
      if (ms === undefined) break;
    }
    return times;
  }

  #find({ cron, timeZone, startsAtMs, endsAtMs, seed, isStrict }: CronRule, fromMs: number): number | undefined {
    const expression = this.#parse(cron, {
      currentDate: new Date(fromMs),
      ...(timeZone !== undefined && { tz: timeZone }),
      ...(startsAtMs !== undefined && { startDate: new Date(startsAtMs) }),
      ...(endsAtMs !== undefined && { endDate: new Date(endsAtMs) }),
      ...(seed !== undefined && { hashSeed: seed }),
      ...(isStrict !== undefined && { strict: isStrict }),
    });
    return nextOf(expression);
  }

  /** What is wrong with a pattern, in a sentence; undefined when nothing is. */
  faultOf(cron: string): string | undefined {
    const expected = 'expected cron to be five fields, or six with the seconds first, or a name such as @daily';
    if (cron.length > LONGEST_PATTERN) return `${expected}, got ${cron.length} characters`;
    // It takes a pattern of one field, and what is empty, for any time.
    const fields = cron.trim().split(/\s+/).length;
    const isNamed = cron.startsWith('@');
    if (!isNamed && fields !== 5 && fields !== 6)
      return `${expected}, got ${quoted(cron)} of ${cron.trim() === '' ? 0 : fields}`;
    try {
      this.#parse(cron, { currentDate: new Date(0), tz: 'UTC', hashSeed: '' });
      return undefined;
    } catch (error) {
      return `${expected}, got ${quoted(cron)} (${errorReason(error)})`;
    }
  }
}

/** What of cron-parser is used: parsing throws for a wrong pattern, `next()` where no time is left. */
type Parse = (cron: string, options: ParseOptions) => { next(): { getTime(): number } };

interface ParseOptions {
  readonly currentDate: Date;
  readonly tz?: string;
  readonly startDate?: Date;
  readonly endDate?: Date;
  readonly hashSeed?: string;
  readonly strict?: boolean;
}

function nextOf(expression: ReturnType<Parse>): number | undefined {
  try {
    return expression.next().getTime();
  } catch {
    return undefined;
  }
}

const LONGEST_PATTERN = 256;
const MINUTE_MS = 60_000;
/** More than any clock is put back. */
const MOST_LOOKS = 200;

/** What is wrong with a time zone, in a sentence; undefined when nothing is. */
export function timeZoneFault(timeZone: string): string | undefined {
  if (isTimeZone(timeZone)) return undefined;
  const near = closestMatch(timeZone, Intl.supportedValuesOf('timeZone'), { maxDistance: MOST_EDITS });
  const advice = near === undefined ? 'Intl.supportedValuesOf("timeZone") lists them' : `did you mean ${near}?`;
  return `expected timeZone to be a name of the tz database, such as Europe/Berlin, got ${quoted(timeZone)} (${advice})`;
}

function isTimeZone(name: string): boolean {
  try {
    // An offset such as +02:00, which newer versions of Node take, is no zone of the database.
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

const MOST_EDITS = 4;
