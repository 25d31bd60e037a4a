// Which workers a supervisor has, how many it wants, and how often they may end. Immutable: every change returns a new object.

/** One worker process as the supervisor counts it. */
export interface Member {
  readonly number: number;
  readonly phase: 'starting' | 'running' | 'leaving';
  /** Whether a successor is to take its place. */
  readonly isOld: boolean;
}

interface Count {
  /** How many workers are wanted. */
  readonly size: number;
  readonly members: readonly Member[];
  /** The number of the newest worker; numbers are not used twice. */
  readonly newest: number;
  /** Workers that will be started when their backoff is over. */
  readonly due: number;
}

export class Roster {
  readonly #count: Count;

  private constructor(count: Count) {
    this.#count = count;
  }

  /** The first workers, all of them about to start. */
  static of(size: number): Roster {
    const members = Array.from({ length: size }, (_, i) => newMember(i + 1));
    return new Roster({ size, members, newest: size, due: 0 });
  }

  get members(): readonly Member[] {
    return this.#count.members;
  }

  get newest(): number {
    return this.#count.newest;
  }

  get isEmpty(): boolean {
    return this.members.length === 0;
  }

  /** Whether all workers that are wanted run. */
  get isComplete(): boolean {
    return this.#count.due === 0 && this.members.every(({ phase }) => phase === 'running');
  }

  /** Whether fewer workers stay, or are about to start, than wanted. */
  get hasGap(): boolean {
    return this.#staying + this.#count.due < this.#count.size;
  }

  get hasOneTooMany(): boolean {
    return this.#staying + this.#count.due > this.#count.size;
  }

  /** Whether a worker stays whose successor is still to come. */
  get hasOld(): boolean {
    return this.members.some(({ isOld, phase }) => isOld && phase !== 'leaving');
  }

  /** Whether the member leaves because it was ordered to drain. */
  isLeaving(number: number): boolean {
    return this.members.some((member) => member.number === number && member.phase === 'leaving');
  }

  numbers(phase?: Member['phase']): readonly number[] {
    return this.members.filter((member) => phase === undefined || member.phase === phase).map(({ number }) => number);
  }

  withNext(): Roster {
    const newest = this.newest + 1;
    return this.#with({ newest, members: [...this.members, newMember(newest)] });
  }

  without(number: number): Roster {
    return this.#with({ members: this.members.filter((member) => member.number !== number) });
  }

  withRunning(number: number): Roster {
    return this.#withEach((member) => (member.number === number ? { ...member, phase: 'running' } : member));
  }

  withAllOld(): Roster {
    return this.#withEach((member) => ({ ...member, isOld: true }));
  }

  withNoneOld(): Roster {
    return this.#withEach((member) => ({ ...member, isOld: false }));
  }

  withOldestLeaving(): Roster {
    const oldest = this.members.find(({ isOld, phase }) => isOld && phase !== 'leaving');
    return this.#withEach((member) => (member === oldest ? { ...member, phase: 'leaving' } : member));
  }

  withAllLeaving(): Roster {
    return this.#withEach((member) => ({ ...member, phase: 'leaving' }));
  }

  withRestartDue(): Roster {
    return this.#with({ due: this.#count.due + 1 });
  }

  withRestartBegun(): Roster {
    return this.#with({ due: this.#count.due - 1 }).withNext();
  }

  get #staying(): number {
    return this.members.filter(({ phase }) => phase !== 'leaving').length;
  }

  #withEach(change: (member: Member) => Member): Roster {
    return this.#with({ members: this.members.map(change) });
  }

  #with(change: Partial<Count>): Roster {
    return new Roster({ ...this.#count, ...change });
  }
}

function newMember(number: number): Member {
  return { number, phase: 'starting', isOld: false };
}

export interface RestartLimit {
  /** How many exits within the window are tolerated. */
  readonly restartLimit: number;
  readonly restartWindowMs: number;
}

/** How many workers have ended of late, as Erlang/OTP counts it. */
export class RestartIntensity {
  readonly #limit: RestartLimit;
  readonly #exitsAtMs: readonly number[];

  constructor(limit: RestartLimit, exitsAtMs: readonly number[] = []) {
    this.#limit = limit;
    this.#exitsAtMs = exitsAtMs;
  }

  /** Counts one more exit, and forgets those that have left the window. `atMs` is by any clock, always the same one. */
  with(atMs: number): RestartIntensity {
    const recent = this.#exitsAtMs.filter((exitAtMs) => atMs - exitAtMs < this.#limit.restartWindowMs);
    return new RestartIntensity(this.#limit, [...recent, atMs]);
  }

  /** Whether restarting does not help: whatever ends the workers ends the next ones, too. */
  get isTooHigh(): boolean {
    return this.#exitsAtMs.length > this.#limit.restartLimit;
  }

  /** How long to wait before the next restart: a tenth of a second, doubled for each further exit in the window. */
  get backoffMs(): number {
    return Math.min(LEAST_BACKOFF_MS * 2 ** Math.max(0, this.#exitsAtMs.length - 1), MOST_BACKOFF_MS);
  }
}

const LEAST_BACKOFF_MS = 100;
const MOST_BACKOFF_MS = 1_000;
