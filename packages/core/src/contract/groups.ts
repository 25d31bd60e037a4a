// Groups: jobs of one key are handed out in the order in which they were sent, a few at a time.
import { NAME_RULES, nameFault, nameHint } from './names.js';
import type { OptionInput, OptionTable } from '../options/option-spec.js';

/** The group of a job, as it is kept with it. */
export interface JobGroup {
  /** What its jobs have in common: a customer, an account. Groups of different queues have nothing to do with each other. */
  readonly key: string;
  /** How many jobs of the key may have a turn at a time, from 1, where the operator has set no other limit. */
  readonly concurrency: number;
  /** Whether a dead letter keeps its turn: those behind it wait until it is redriven and acked, or purged. */
  readonly holdsWhenDead: boolean;
}

/** In jobs: what has a turn is written with each turn that ends. */
export const MOST_TURNS = 1_000;

/** How many jobs of a key have a turn at a time. */
export const turnsOption = {
  type: 'count',
  min: 1,
  max: MOST_TURNS,
  because: { max: 'what has a turn is written anew with each turn that ends' },
} as const;

const groupsTable = {
  concurrency: {
    ...turnsOption,
    default: 1,
    doc: 'How many jobs of one key are in the queue or under way at a time; the others wait for their turn. With 1 they are handled one after another, in the order in which they were sent.',
  },
  deadLetter: {
    type: 'choice',
    of: ['release', 'hold'],
    default: 'release',
    doc: 'Whether the next job of its key follows a dead letter, or waits until that is redriven and acked, or purged.',
  },
} as const satisfies OptionTable;

/** The contract's `groups`. */
export const groupsOption = {
  type: 'group',
  of: groupsTable,
  default: {},
  doc: 'How jobs that are sent with a `key` share the queue.',
} as const;

/** What `groups` of a contract takes. */
export interface GroupOptions {
  /**
   * How many jobs of one key are in the queue or under way at a time, from 1 to 1,000; default 1: they are handled one after another, in the
   * order in which they were sent.
   */
  readonly concurrency?: OptionInput<typeof groupsTable, 'concurrency'> | undefined;
  /** `release`, the default: the next job of its key follows a dead letter. `hold`: it waits until that is redriven and acked, or purged. */
  readonly deadLetter?: OptionInput<typeof groupsTable, 'deadLetter'> | undefined;
}

/** The same, checked. */
export interface Groups {
  readonly concurrency: number;
  readonly deadLetter: 'release' | 'hold';
}

/** The `key` of a send. */
export const keyOption = {
  type: 'string',
  expected: NAME_RULES.key,
  accepts: (text: string) => nameFault('key', text) === undefined,
  hint: (given: unknown) => nameHint('key', given),
  doc: "The job's group: of one key as many jobs are under way at a time as the contract's `groups` say, by default one, in the order in which they were sent. Not together with `delayMs`.",
} as const;

/** The group of a job that is sent with a key. A contract that an older installed copy has made says nothing of groups. */
export function groupOf(groups: Groups | undefined, key: string): JobGroup {
  const { concurrency, deadLetter } = groups ?? { concurrency: 1, deadLetter: 'release' };
  return { key, concurrency, holdsWhenDead: deadLetter === 'hold' };
}
