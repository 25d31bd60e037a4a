// For the test of a program that sends jobs: a producer that needs no server, and what it sent.
import { isDeepStrictEqual } from 'node:util';
import {
  defaultJsonLimits,
  OptionsError,
  Producer,
  ResultError,
  type AnyJob,
  type PayloadInput,
  type Receipt,
  type ResultOf,
} from '@acktor/core';
import { describe, requireContract, writeResultJson } from '@acktor/core/internal';
import { NotSentError } from './errors.js';
import { memoryEngine, type MemoryEngine, type SentJob } from './memory/memory-engine.js';

/** A {@link Producer} whose jobs end as the test says. */
export interface FakeProducer extends Producer {
  /** Where its jobs are. */
  readonly engine: MemoryEngine;
  /** The jobs that it sent, of one contract or of all. */
  sent(job?: AnyJob): readonly SentJob[];
  /**
   * Ends a job as if a handler had returned this: its receipts resolve.
   * @throws NotWaitingError unless it waits; ResultError for what JSON cannot carry; OptionsError for no receipt: nothing has changed.
   */
  ack<J extends AnyJob>(receipt: Receipt<J>, result: ResultOf<J>): void;
  /**
   * Ends a job as a dead letter: its receipts reject with a DeadLetteredError.
   * @throws NotWaitingError unless it waits; OptionsError for no receipt.
   */
  deadLetter(receipt: Receipt<AnyJob>, reason: string): void;
}

/**
 * Returns a producer that needs no server. It is a `Producer`, so that it can be given, or injected, where one is asked for.
 *
 * @example
 * await using producer = await fakeProducer();
 * await new Checkout(producer).pay('o-1');
 * expectSent(producer, chargeCard, { orderId: 'o-1' });
 */
export async function fakeProducer(): Promise<FakeProducer> {
  const engine = memoryEngine();
  const producer = await Producer.connect({ engine });
  return Object.assign(producer, {
    engine,
    sent: (job?: AnyJob) => engine.sent(job),
    ack: <J extends AnyJob>(receipt: Receipt<J>, result: ResultOf<J>) => {
      requireReceipt(receipt, 'ack');
      engine.end(receipt.job, receipt.id, { kind: 'ack', result: resultText(receipt.job, result) });
    },
    deadLetter: (receipt: Receipt<AnyJob>, reason: string) => {
      requireReceipt(receipt, 'deadLetter');
      engine.end(receipt.job, receipt.id, { kind: 'deadLetter', failure: { reason, stack: undefined } });
    },
  });
}

function resultText({ name }: AnyJob, result: unknown): string {
  const written = writeResultJson('result', result, defaultJsonLimits);
  if (written.ok) return written.value;
  throw new ResultError({ job: name, faults: written.faults, cause: written.cause });
}

function requireReceipt(value: unknown, call: string): void {
  if (isRecord(value) && typeof value['id'] === 'string' && isRecord(value['job'])) return;
  const advice = value instanceof Promise ? 'await it' : 'pass what send() or receipt() returned';
  const message = `expected a receipt as the first argument of ${call}(), got ${describe(value)} (${advice})`;
  throw new OptionsError([{ option: 'receipt', message }]);
}

/** What knows which jobs were sent: a `MemoryEngine` or a fake producer; of one delivery what `perform()` or `delivery()` returned. */
export type Sends = { sent(job?: AnyJob): readonly SentJob[] } | { readonly sent: readonly SentJob[] };

/**
 * Returns the last job of this contract that was sent; with data, of those whose payload has at least these fields and values.
 *
 * @throws NotSentError when none was, with what was sent instead; NotAContractError, OptionsError when it is called with something else.
 * @example
 * const { delayMs } = expectSent(engine, sendMail, { to: 'ann@example.org' });
 */
export function expectSent<J extends AnyJob>(sends: Sends, job: J, data?: Partial<PayloadInput<J>>): SentJob {
  const sent = sentTo(sends, job, 'expectSent');
  const found = sent.filter((one) => data === undefined || hasPart(one.data, data)).at(-1);
  if (found === undefined) throw new NotSentError(job.name, { data, sent: sent.map((one) => one.data) });
  return found;
}

/** The jobs of this contract that were sent. @throws NotAContractError, OptionsError for what is neither; `call` is where it was passed. */
export function sentTo(sends: unknown, job: unknown, call: string): readonly SentJob[] {
  if (!isSends(sends)) {
    const message = `expected a memoryEngine(), a fakeProducer() or what perform() resolved with in ${call}, got ${describe(sends)}`;
    throw new OptionsError([{ option: 'sends', message }]);
  }
  requireContract(job, `${call}, after where it is sent`);
  if (typeof sends.sent === 'function') return sends.sent(job);
  return sends.sent.filter(({ queue, name }) => queue === job.queue && name === job.name);
}

function isSends(value: unknown): value is Sends {
  if (!isRecord(value)) return false;
  return typeof value['sent'] === 'function' || Array.isArray(value['sent']);
}

/** Whether a value is the other, or an object with at least its fields. */
export function hasPart(value: unknown, part: unknown): boolean {
  if (!isRecord(value) || !isRecord(part)) return isDeepStrictEqual(value, part);
  return Object.entries(part).every(([key, wanted]) => hasPart(value[key], wanted));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
