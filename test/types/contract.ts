// Compiled, never run: each line below compiles, or fails to where it says so, or `tsc -b` fails.
import {
  decodePayload,
  defaultJsonLimits,
  job,
  type AnyJob,
  type PayloadInput,
  type PayloadOf,
  type Producer,
  type ResultInput,
  type ResultOf,
} from '@acktor/core';
import { decodeResult, encodePayload, encodeResult, type MaybePromise } from '@acktor/core/internal';
import { type } from 'arktype';
import { expectTypeOf } from 'expect-type';
import * as v from 'valibot';
import { z } from 'zod';

export const charge = job('charge-card', {
  queue: 'payments',
  data: z.object({ orderId: z.string(), cents: z.int(), at: z.string().transform((text) => new Date(text)) }),
  result: z.object({ receipt: z.string(), paidAt: z.string().transform((text) => new Date(text)) }),
  backoff: { type: 'exponential', delayMs: 200, jitter: 0.5 },
});
export const silent = job('silent', { queue: 'q', data: v.object({ to: v.string() }) });
export const ark = job('ark', { queue: 'q', data: type({ n: 'number', 'tag?': 'string' }), result: type('number') });

// The name stays literal; what is sent is the schema's input, what a handler gets its output.
expectTypeOf(charge.name).toEqualTypeOf<'charge-card'>();
expectTypeOf<PayloadInput<typeof charge>>().toEqualTypeOf<{ orderId: string; cents: number; at: string }>();
expectTypeOf<PayloadOf<typeof charge>>().toEqualTypeOf<{ orderId: string; cents: number; at: Date }>();
expectTypeOf<ResultInput<typeof charge>>().toEqualTypeOf<{ receipt: string; paidAt: string }>();
expectTypeOf<ResultOf<typeof charge>>().toEqualTypeOf<{ receipt: string; paidAt: Date }>();
expectTypeOf<PayloadOf<typeof silent>>().toEqualTypeOf<{ to: string }>();
expectTypeOf<PayloadInput<typeof ark>>().toEqualTypeOf<{ n: number; tag?: string }>();
expectTypeOf<ResultOf<typeof ark>>().toEqualTypeOf<number>();

// Without a result schema there is nothing to return and nothing to read.
expectTypeOf<ResultInput<typeof silent>>().toEqualTypeOf<void>();
expectTypeOf<ResultOf<typeof silent>>().toEqualTypeOf<undefined>();

// Every contract fits a signature that takes any.
expectTypeOf(charge).toExtend<AnyJob>();
expectTypeOf(silent).toExtend<AnyJob>();
expectTypeOf(ark).toExtend<AnyJob>();

const sent = { orderId: 'o-1', cents: 990, at: '2026-01-01' };
expectTypeOf(encodePayload(charge, sent, defaultJsonLimits)).toEqualTypeOf<MaybePromise<string>>();
expectTypeOf(await decodePayload(charge, '{}', defaultJsonLimits)).toEqualTypeOf<{
  orderId: string;
  cents: number;
  at: Date;
}>();
expectTypeOf(await decodeResult(silent, 'null', defaultJsonLimits)).toEqualTypeOf<undefined>();
encodeResult(silent, undefined, defaultJsonLimits);

// @ts-expect-error a field is missing
encodePayload(charge, { orderId: 'o-1', cents: 990 }, defaultJsonLimits);
// @ts-expect-error cents is a number
encodePayload(charge, { ...sent, cents: '990' }, defaultJsonLimits);
// @ts-expect-error there is no such field
encodePayload(charge, { orderId: 'o-1', cents: 990, at: '2026-01-01', amount: 1 }, defaultJsonLimits);
// @ts-expect-error the schema's output is not its input
encodePayload(charge, { ...sent, at: new Date() }, defaultJsonLimits);
// @ts-expect-error valibot's schemas are held to as well
encodePayload(silent, { to: 7 }, defaultJsonLimits);
// @ts-expect-error arktype's too
encodePayload(ark, { n: '1' }, defaultJsonLimits);
// @ts-expect-error a result off its schema
encodeResult(charge, { receipt: 7, paidAt: '' }, defaultJsonLimits);
// @ts-expect-error a result nobody declared
encodeResult(silent, { receipt: 'r-1' }, defaultJsonLimits);

const data = z.object({});
// @ts-expect-error a contract needs a queue
job('a', { data });
// @ts-expect-error a contract needs a payload schema
job('a', { queue: 'q' });
// @ts-expect-error a schema is not a plain object
job('a', { queue: 'q', data: { orderId: 'string' } });
// @ts-expect-error there is no such backoff
job('a', { queue: 'q', data, backoff: { type: 'linear', delayMs: 1 } });
// @ts-expect-error units are in the name
job('a', { queue: 'q', data, deadline: 5 });
// Each version needs the steps from those before it, and the last step gives what the schema takes.
const orders = { queue: 'q', data: z.object({ cents: z.int() }) };
job('a', { ...orders, version: 3, upgrade: { 1: (old: { euros: number }) => old, 2: () => ({ cents: 1 }) } });
// @ts-expect-error the step from version 2 is missing
job('a', { ...orders, version: 3, upgrade: { 1: (old: { euros: number }) => old } });
// @ts-expect-error the last step gives something else
job('a', { ...orders, version: 2, upgrade: { 1: (old: { euros: number }) => old } });
// @ts-expect-error a later version needs steps
job('a', { ...orders, version: 2 });
// @ts-expect-error the first version has none before it
job('a', { ...orders, upgrade: { 1: () => ({ cents: 1 }) } });
// @ts-expect-error contracts are read-only
charge.queue = 'other';

// A payload that the contract computes is of its schema, and need not be given to a schedule.
export const computed = job('computed', {
  queue: 'q',
  data: z.object({ day: z.string() }),
  scheduleData: ({ schedule, scheduledFor }) => ({ day: `${schedule} ${scheduledFor.toISOString()}` }),
});
expectTypeOf(computed).toExtend<AnyJob>();
expectTypeOf<PayloadInput<typeof computed>>().toEqualTypeOf<{ day: string }>();
// @ts-expect-error day is a text
job('wrong', { queue: 'q', data: z.object({ day: z.string() }), scheduleData: () => ({ day: 7 }) });
declare const producer: Producer;
void producer.schedule('daily', computed, { everyMs: 1_000 });
void producer.schedule('daily', computed, { everyMs: 1_000 }, { day: 'any' });
void producer.schedule('daily', silent, { everyMs: 1_000 }, { to: 'ann' });
// @ts-expect-error nothing computes the payload
void producer.schedule('daily', silent, { everyMs: 1_000 });
