// The shop from its opening to its books: a server, workers and a payment service of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Producer } from '@acktor/core';
import { EmbeddedServer } from '@acktor/core/server';
import { Fleet, killEachSecond } from '../fleet/fleet.js';
import { listenForInterruption } from '../fleet/interruption.js';
import type { WorkerMessage } from '../fleet/messages.js';
import { serveDashboard } from '../fleet/serve-dashboard.js';
import { compareBooks, paymentBooks, type Books, type PaymentBooks } from './books.js';
import { liveThroughAll, type Market } from './customers.js';
import { Front } from './front.js';

export interface ShopOptions {
  /** How many orders arrive before the books are compared. */
  readonly orders: number;
  /** Whether a worker is killed each second. */
  readonly hasKills: boolean;
  /** Whether orders go on arriving after that, until a signal. */
  readonly goesOn: boolean;
  /** Whether the payment service forgets what it has taken: the control, whose books must not balance. */
  readonly isForgetful: boolean;
}

/** What a run has come to. */
export interface ShopRun {
  readonly books: Books;
  readonly payments: PaymentBooks;
  readonly kills: number;
}

/** Sells, and leaves nothing behind. @throws InterruptedError at the first SIGINT or SIGTERM before the books are compared; WorkerStartError. */
export async function runShop(options: ShopOptions, show: (run: ShopRun) => void): Promise<void> {
  using interruption = listenForInterruption('the books were not compared');
  const folder = await mkdtemp(join(tmpdir(), 'acktor-shop-'));
  try {
    await using server = await EmbeddedServer.start({ folder });
    await using producer = await Producer.connect({ redis: server.url });
    await using payments = await PaymentService.start(options.isForgetful);
    await using fleet = startFleet(folder, payments.url);
    await using front = await Front.open(producer);
    await using dashboard = await serveDashboard(server.url);
    console.log(`Orders arrive at ${front.url}/orders; watch them on ${dashboard.signInUrl}`);
    const signal = AbortSignal.any([interruption.signal, fleet.failure]);
    const market: Market = { producer, shopUrl: front.url, signal };
    const ended = await sell(market, fleet, options);
    const paid = await payments.books();
    show({ books: compareBooks(ended, paid), payments: paid, kills: fleet.kills });
    if (options.goesOn) await goOn(market, options.orders);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sell(market: Market, fleet: Fleet, { orders, hasKills }: ShopOptions) {
  let ended = 0;
  const paceMs = hasKills ? Math.ceil(TRIAL_MS / orders) : PACE_MS;
  const onEnd = () => (ended += 1);
  const selling = liveThroughAll(market, { first: 0, count: orders, paceMs, onEnd });
  const state = () => ({ ended, total: orders });
  if (hasKills) await Promise.all([selling, killEachSecond({ fleet, state, signal: market.signal })]);
  return selling;
}

/** A few orders a second, until the signal. */
async function goOn(market: Market, first: number): Promise<void> {
  console.log('Orders go on arriving until Ctrl-C, so that there is something to watch');
  const endless = { first, count: Number.MAX_SAFE_INTEGER - first, paceMs: 300, onEnd: () => undefined };
  await liveThroughAll(market, endless).catch((error: unknown) => {
    if (!market.signal.aborted) throw error;
  });
}

function startFleet(folder: string, paymentsUrl: string): Fleet {
  return new Fleet({
    size: 2,
    program: programOf('worker'),
    args: [folder, paymentsUrl],
    logFile: join(folder, 'log'),
  });
}

function programOf(name: string): string {
  return fileURLToPath(new URL(`${name}.js`, import.meta.url));
}

/** The payment service's process, as the shop's books need it. */
class PaymentService implements AsyncDisposable {
  readonly #process: ReturnType<typeof fork>;

  private constructor(
    process: ReturnType<typeof fork>,
    readonly url: string,
  ) {
    this.#process = process;
  }

  static async start(isForgetful: boolean): Promise<PaymentService> {
    // A group of its own: Ctrl-C is for the shop, which ends it last.
    const child = fork(programOf('payment-service'), isForgetful ? ['forgetful'] : [], { detached: true });
    const [message] = (await once(child, 'message')) as [WorkerMessage];
    if (message.type !== 'serving') throw new Error(`expected the payment service to serve, got ${message.type}`);
    return new PaymentService(child, message.url);
  }

  async books(): Promise<PaymentBooks> {
    const response = await fetch(`${this.url}/books`);
    return paymentBooks.parse(await response.json());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.disconnect();
    await ended;
  }
}

const PACE_MS = 20;
/** How long orders arrive while workers are killed, so that some seconds' kills find work to interrupt. */
const TRIAL_MS = 5_000;
