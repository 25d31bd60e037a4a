// Those who order, cancel, and wait for parcels, and the carrier, all by HTTP: what they do depends on an order's number alone.
import { setTimeout as sleep } from 'node:timers/promises';
import { ActorEndedError, type Producer } from '@acktor/core';
import { order } from './order.js';
import type { EndedOrder } from './books.js';

export interface Market {
  readonly producer: Producer;
  /** Where the shop takes orders. */
  readonly shopUrl: string;
  readonly signal: AbortSignal;
}

/** Places an order, does with it what its number says, and resolves when it has ended. @throws the signal's reason. */
export async function liveThrough({ producer, shopUrl, signal }: Market, number: number): Promise<EndedOrder> {
  const orderId = `o-${number}`;
  const cents = number % 10 === 9 ? TOO_DEAR_CENTS : 500 + ((number * 379) % 9_500);
  const said = async (path: string, body?: object) => {
    const response = await fetch(`${shopUrl}/orders${path}`, { method: 'POST', body: JSON.stringify(body), signal });
    if (!response.ok) throw new Error(`expected the shop to take ${path}, got ${response.status}`);
  };
  await said('', { orderId, cents });
  // The order came through, and its answer was lost: it is placed again.
  if (number % 4 === 1) await said('', { orderId, cents });
  if (number % 7 === 3) await said(`/${orderId}/cancel`);
  const own = producer.actor(order, orderId);
  const limits = { signal, timeoutMs: LONGEST_MS };
  try {
    await own.waitFor('underWay', limits);
    // Every sixth parcel is lost.
    if (number % 6 !== 2) await said(`/${orderId}/arrived`);
  } catch (error) {
    if (!(error instanceof ActorEndedError)) throw error;
  }
  await own.done(limits);
  return { orderId, cents, end: String((await own.snapshot())?.value) };
}

/** Orders of these numbers, one after the other at this pace. Resolves when all have ended. */
export async function liveThroughAll(market: Market, numbers: Numbers): Promise<readonly EndedOrder[]> {
  const { first, count, paceMs, onEnd } = numbers;
  const lives: Promise<EndedOrder>[] = [];
  for (let number = first; number < first + count; number += 1) {
    const life = liveThrough(market, number);
    lives.push(life);
    // One that fails is thrown below.
    life.then(onEnd, () => undefined);
    await sleep(paceMs, undefined, { signal: market.signal }).catch(() => undefined);
    if (market.signal.aborted) break;
  }
  const ended = await Promise.all(lives);
  market.signal.throwIfAborted();
  return ended;
}

export interface Numbers {
  readonly first: number;
  readonly count: number;
  readonly paceMs: number;
  /** Called each time an order has ended. */
  readonly onEnd: () => void;
}

/** Above the limit of the cards. */
const TOO_DEAR_CENTS = 123_456;
/** Far longer than an order takes while workers are killed. */
const LONGEST_MS = 120_000;
