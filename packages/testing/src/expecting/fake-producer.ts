// A producer for the test of what sends jobs: a real one, on an engine of its own that keeps what was sent.
import { Producer, type AnyJob, type Receipt, type ResultOf } from '@acktor/core';
import { memoryEngine, type MemoryEngine, type SentJob } from '../memory/memory-engine.js';

/** A {@link Producer} whose jobs end as the test says. */
export interface FakeProducer extends Producer {
  /** Where its jobs are. */
  readonly engine: MemoryEngine;
  /** The jobs that it sent, of one contract or of all. */
  sent(job?: AnyJob): readonly SentJob[];
  /** Ends a job as if a handler had returned this: its receipts resolve. @throws NotWaitingError unless it waits. */
  ack<J extends AnyJob>(receipt: Receipt<J>, result: ResultOf<J>): void;
  /** Ends a job as a dead letter: its receipts reject with a DeadLetteredError. @throws NotWaitingError unless it waits. */
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
    ack: <J extends AnyJob>({ job, id }: Receipt<J>, result: ResultOf<J>) =>
      engine.end(job, id, { kind: 'ack', result: result === undefined ? 'null' : JSON.stringify(result) }),
    deadLetter: ({ job, id }: Receipt<AnyJob>, reason: string) =>
      engine.end(job, id, { kind: 'deadLetter', failure: { reason, stack: undefined } }),
  });
}
