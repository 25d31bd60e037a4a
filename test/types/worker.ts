// Compiled, never run: what fits a contract compiles, and what does not, does not.
import { job, Operator, Producer, type Receipt } from '@acktor/core';
import { FinalError, handles, reject, type Delivery, type Handler, type Rejection, type Worker } from '@acktor/worker';
import { expectTypeOf } from 'expect-type';
import { container } from 'tsyringe';
import * as v from 'valibot';
import { z } from 'zod';

const charge = job('charge-card', {
  queue: 'payments',
  data: z.object({ orderId: z.string(), at: z.string().transform((text) => new Date(text)) }),
  result: z.object({ receipt: z.string() }),
});
const mail = job('mail', { queue: 'mails', data: v.object({ to: v.string() }) });

// What is sent is the input of the payload's schema; what comes back is the output of the result's.
export async function sends(producer: Producer) {
  const receipt = await producer.send(charge, { orderId: 'o-1', at: '2026-01-01' });
  expectTypeOf(receipt).toEqualTypeOf<Receipt<typeof charge>>();
  expectTypeOf(await receipt.result()).toEqualTypeOf<{ receipt: string }>();
  expectTypeOf(await producer.receipt(mail, 'mail-1').result()).toEqualTypeOf<undefined>();
  await producer.sendBulk(mail, [{ to: 'a@b.c' }], { each: ({ to }) => ({ id: to }) });

  // @ts-expect-error a field is missing
  producer.send(charge, { orderId: 'o-1' });
  // @ts-expect-error of another type
  producer.send(charge, { orderId: 1, at: '2026-01-01' });
  // @ts-expect-error the schema's output is not its input
  producer.send(charge, { orderId: 'o-1', at: new Date() });
  // @ts-expect-error there is no such field
  producer.send(mail, { to: 'a@b.c', cc: 'd@e.f' });
  // @ts-expect-error there is no such option
  producer.send(mail, { to: 'a@b.c' }, { delay: 5 });
  // @ts-expect-error one of the stream is wrong
  producer.sendBulk(mail, [{ to: 'a@b.c' }, { to: 7 }]);
  // @ts-expect-error there is no such backoff
  producer.send(mail, { to: 'a@b.c' }, { backoff: { type: 'linear', delayMs: 1 } });
}

// What a handler gets is the output of the payload's schema; what it returns is the input of the result's.
@handles(charge)
export class ChargeCard implements Handler<typeof charge> {
  async handle(delivery: Delivery<typeof charge>) {
    const { data, signal, attempt, attempts, isLastAttempt, redelivered, fence, progress, log } = delivery;
    expectTypeOf(data).toEqualTypeOf<{ orderId: string; at: Date }>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    expectTypeOf({ attempt, attempts, fence }).toEqualTypeOf<{ attempt: number; attempts: number; fence: number }>();
    expectTypeOf(isLastAttempt).toEqualTypeOf<boolean>();
    expectTypeOf(redelivered).toEqualTypeOf<boolean>();
    await progress({ percent: 50 });
    await log('half way');
    // What a step returns comes back as JSON has it.
    const kept = await delivery.step('charge', () =>
      Promise.resolve({ at: new Date(), cents: [1, null], note: undefined }),
    );
    expectTypeOf(kept).toEqualTypeOf<{ at: string; cents: (number | null)[]; note: undefined }>();
    expectTypeOf(await delivery.step('mail', async () => {})).toEqualTypeOf<undefined>();
    expectTypeOf(await delivery.step('count', () => 5n)).toEqualTypeOf<never>();
    return attempt > 1 ? { receipt: 'r-1' } : reject({ retryInMs: 5 });
  }
}

// It may return without a promise, and need not look at what it gets.
@handles(charge)
export class Free implements Handler<typeof charge> {
  handle() {
    return { receipt: 'r-1' };
  }
}

// Without a result there is nothing to return, but a rejection.
@handles(mail)
export class Mail implements Handler<typeof mail> {
  handle({ data }: Delivery<typeof mail>): Rejection | undefined {
    return data.to === '' ? reject({ deadLetter: 'to nobody' }) : undefined;
  }
}

// With dependencies of any kind.
@handles(mail)
export class Sends implements Handler<typeof mail> {
  constructor(
    readonly free: Free,
    readonly times: number,
  ) {}
  handle() {}
}

// @ts-expect-error the result has another type
@handles(charge)
export class WrongResult {
  handle() {
    return { receipt: 7 };
  }
}

// @ts-expect-error the result is missing
@handles(charge)
export class NoResult {
  handle() {}
}

// @ts-expect-error the result is missing in the promise
@handles(charge)
export class NoResultLater {
  async handle() {}
}

// @ts-expect-error it takes the deliveries of another job
@handles(charge)
export class WrongPayload {
  handle({ data }: Delivery<typeof mail>) {
    return { receipt: data.to };
  }
}

// @ts-expect-error it has no handle
@handles(charge)
export class NoHandle {}

// @ts-expect-error it returns a result that nobody declared
@handles(mail)
export class UnwantedResult {
  handle() {
    return { receipt: 'r-1' };
  }
}

export class WrongImplementation implements Handler<typeof charge> {
  // @ts-expect-error the interface holds the class to the contract, too
  handle() {
    return { receipt: 7 };
  }
}

reject({ deadLetter: new Error('why') });
reject({ requeueInMs: 30_000 });
reject({ retryInMs: 30_000, reason: new Error('why') });
// A container takes a producer, or an operator, under its class.
export function injects(producer: Producer, operator: Operator) {
  container.registerInstance(Producer, producer).registerInstance(Operator, operator);
  // @ts-expect-error nobody makes one but connect()
  new Producer();
  // @ts-expect-error nor of parts of their own
  new Producer({ connected: undefined, options: undefined });
}

@handles(mail)
export class Forwards implements Handler<typeof mail> {
  constructor(private readonly producer: Producer) {}
  async handle({ data }: Delivery<typeof mail>) {
    await this.producer.send(mail, { to: data.to });
  }
}

// @ts-expect-error a reason is a text or an error
reject({ deadLetter: true });
// @ts-expect-error to requeue is to say so
reject({ requeue: false });
// @ts-expect-error one of the two
reject({ requeue: true, deadLetter: 'why' });
// @ts-expect-error a dead letter's reason is the dead letter itself
reject({ deadLetter: 'why', reason: 'why' });

// A failure that is final, with a code and a cause of the user's own.
export class CardDeclined extends FinalError {
  override readonly code = 'CARD_DECLINED';
}
export const declined = new CardDeclined('no', { cause: new Error('why') });

export function starts(start: typeof Worker.start) {
  start({ handlers: [ChargeCard, Free, Mail, Sends], consumers: { payments: 8 }, leaseMs: 5_000 });
  // @ts-expect-error handlers are required
  start({ consumers: 8 });
  // @ts-expect-error an instance is no class
  start({ handlers: [new Free()] });
  // @ts-expect-error a class without handle handles nothing
  start({ handlers: [Date] });
  // @ts-expect-error the name is leaseMs
  start({ handlers: [Free], lease: 5_000 });
  // @ts-expect-error there is no such choice
  start({ handlers: [Free], durability: 'maybe' });
}
