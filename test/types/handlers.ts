// Compiled, never run: functions, injection by tokens and middleware are held to the contract, and what does not fit does not compile.
import { job } from '@acktor/core';
import {
  handle,
  handles,
  isRejection,
  middleware,
  reject,
  type Container,
  type Delivery,
  type Middleware,
  type Worker,
} from '@acktor/worker';
import { expectTypeOf } from 'expect-type';
import { container, type DependencyContainer } from 'tsyringe';
import { z } from 'zod';

const charge = job('charge-card', {
  queue: 'payments',
  data: z.object({ orderId: z.string(), at: z.string().transform((text) => new Date(text)) }),
  result: z.object({ receipt: z.string() }),
});
const mail = job('mail', { queue: 'mails', data: z.object({ to: z.string() }) });

class Pool {
  readonly size = 1;
}
abstract class Transaction {
  abstract commit(): Promise<void>;
}

// A function gets the delivery of its job, and returns its result or a rejection.
export const charging = handle(charge, async (delivery) => {
  expectTypeOf(delivery).toEqualTypeOf<Delivery<typeof charge>>();
  return delivery.attempt > 1 ? { receipt: delivery.data.orderId } : reject({ retryInMs: 5 });
});
handle(mail, () => undefined);
handle(mail, async () => {});
// @ts-expect-error the result has another type
handle(charge, () => ({ receipt: 7 }));
// @ts-expect-error the result is missing
handle(charge, () => {});
// @ts-expect-error it returns a result that nobody declared
handle(mail, () => ({ receipt: 'r-1' }));
// @ts-expect-error it takes the deliveries of another job
handle(charge, ({ data }: Delivery<typeof mail>) => ({ receipt: data.to }));

// What `inject` names comes after the delivery, a class by its type.
handle(charge, { inject: [Pool, 'url'] }, (_delivery, pool, url: string) => {
  expectTypeOf(pool).toEqualTypeOf<Pool>();
  return { receipt: url };
});
handle(mail, { inject: [Transaction] }, (_delivery, transaction) => {
  expectTypeOf(transaction).toEqualTypeOf<Transaction>();
});
// @ts-expect-error another class is named
handle(mail, { inject: [Pool] }, (_delivery, _transaction: Transaction) => {});
// @ts-expect-error there is nothing for its second parameter
handle(mail, (_delivery, _pool: Pool) => {});
// @ts-expect-error a number is no token
handle(mail, { inject: [7] }, () => {});
// @ts-expect-error there is no such option
handle(mail, { uses: [] }, () => {});

class TakesBoth {
  constructor(
    readonly pool: Pool,
    readonly url: string,
  ) {}
  handle() {
    return { receipt: this.url };
  }
}
handles(charge, { inject: [Pool, 'url'] })(TakesBoth);
// @ts-expect-error its first parameter is a pool
handles(charge, { inject: [Transaction, 'url'] })(TakesBoth);
// @ts-expect-error nothing is named for its second parameter
handles(charge, { inject: [Pool] })(TakesBoth);
// @ts-expect-error its result is of another job
handles(mail, { inject: [Pool, 'url'] })(TakesBoth);

// A middleware of any job serves each; one of a job serves that alone.
const timed: Middleware = async (delivery, next) => {
  expectTypeOf(delivery.data).toEqualTypeOf<unknown>();
  return await next();
};
const doubled: Middleware<typeof charge> = async ({ data }, next) => {
  expectTypeOf(data.at).toEqualTypeOf<Date>();
  const result = await next();
  return isRejection(result) ? result : { receipt: result.receipt.repeat(2) };
};
handle(charge, { use: [timed, doubled] }, () => ({ receipt: 'r-1' }));
handle(charge, { use: [({ data }, next) => (data.at.getTime() > 0 ? next() : reject({ requeue: true }))] }, () => ({
  receipt: 'r-1',
}));
handles(charge, { use: [timed, doubled], inject: [Pool, 'url'] })(TakesBoth);
// @ts-expect-error it is of another job
handle(mail, { use: [doubled] }, () => {});

export const transacted = middleware({ provides: [Transaction] }, async (delivery, next) => {
  delivery.provide(Transaction, { commit: () => Promise.resolve() });
  delivery.provide('tenant', 'acme');
  // @ts-expect-error it is no transaction
  delivery.provide(Transaction, {});
  expectTypeOf(delivery.inject(Transaction)).toEqualTypeOf<Transaction>();
  expectTypeOf(delivery.inject<string>('tenant')).toEqualTypeOf<string>();
  return next();
});

// tsyringe's container is one, and so is anything with resolve().
export const own: readonly Container[] = [
  container satisfies DependencyContainer,
  { resolve: (token: string) => token },
];
// @ts-expect-error it resolves nothing
export const none: Container = {};

export function starts(start: typeof Worker.start) {
  start({ handlers: [charging, TakesBoth], use: [timed, transacted], container });
  // @ts-expect-error a function alone has no job
  start({ handlers: [() => undefined] });
  // @ts-expect-error the worker's middleware is for every job
  start({ handlers: [charging], use: [doubled] });
}
