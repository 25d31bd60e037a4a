// Routes on a real Redis: a process takes them, lives or is killed at the end, and another worker finishes what it left.
import { DeadLetteredError, type Receipt } from '@acktor/core';
import { WorkerTrial } from '../worker/worker-trial.js';
import type { Route, RouteStep } from './route.js';
import { hurried, walked, walkHandlers, type MeantEnd, type WalkedJob } from './walk-job.js';
import { walk, type WalkOrder } from './walking-process.js';

/** What came of one route. */
export interface WalkResult {
  readonly jobs: readonly WalkedEnd[];
  /** How many jobs are active, wait, or are delayed when all is over. */
  readonly left: number;
}

/** How one job ended, and how often it was delivered. */
export interface WalkedEnd {
  readonly meant: string;
  readonly end: string;
  readonly deliveries: number;
}

/** Leads workers of one process along the routes, one after another. Answers a result for each at whose end a worker came. */
export async function walkAlong(routes: readonly Route[]): Promise<readonly WalkResult[]> {
  const walks = await Promise.all(routes.map((route) => Walk.open(route)));
  try {
    const { arrived } = await walk(walks.map((one) => one.order(false)));
    const results: WalkResult[] = [];
    for (const one of walks.slice(0, arrived)) results.push(await one.finish());
    return results;
  } finally {
    await Promise.all(walks.map((one) => one[Symbol.asyncDispose]()));
  }
}

/** Leads a worker along the route and kills it at the end. Answers undefined when it was not killed there. */
export async function walkAndKill(route: Route): Promise<WalkResult | undefined> {
  await using one = await Walk.open(route);
  const { exit } = await walk([one.order(true)]);
  return exit === 'SIGKILL' ? await one.finish() : undefined;
}

/** A namespace with the jobs that a route needs. */
class Walk implements AsyncDisposable {
  readonly #trial: WorkerTrial;
  readonly #route: Route;
  #receipts: readonly Receipt<WalkedJob>[] = [];

  private constructor(trial: WorkerTrial, route: Route) {
    this.#trial = trial;
    this.#route = route;
  }

  static async open(route: Route): Promise<Walk> {
    const opened = new Walk(await WorkerTrial.open(), route);
    await opened.#send(jobsOn(route));
    return opened;
  }

  order(isToBeKilled: boolean): WalkOrder {
    const { url: redis, namespace } = this.#trial;
    const jobs = this.#receipts.map(({ id }) => id);
    return { redis, namespace, route: this.#route, jobs, isToBeKilled, options: optionsFor(this.#route) };
  }

  /** Lets another worker do what is left. */
  async finish(): Promise<WalkResult> {
    // Where the route needs an empty queue, the job that shows that work goes on comes after it.
    if (this.#receipts.length === 0) await this.#send(1);
    const worker = await this.#trial.work(walkHandlers(() => Promise.resolve()));
    await using queue = this.#trial.queue('walk');
    const jobs = await Promise.all(
      this.#receipts.map(async (receipt) => ({
        meant: takes(this.#route, 'job.cancelled') ? 'cancelled' : meantOn(this.#route),
        end: await endOf(receipt),
        deliveries: (await queue.getJob(receipt.id))?.attemptsStarted ?? 0,
      })),
    );
    await worker.close();
    const counts = await queue.getJobCounts('active', 'waiting', 'prioritized', 'delayed');
    return { jobs, left: Object.values(counts).reduce((sum, count) => sum + count, 0) };
  }

  async #send(count: number): Promise<void> {
    const job = takes(this.#route, 'deadline.passed') ? hurried : walked;
    const data = { meant: meantOn(this.#route) };
    const each = Array.from({ length: count }, () => this.#trial.producer.send<WalkedJob>(job, data));
    this.#receipts = await Promise.all(each);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#trial[Symbol.asyncDispose]();
  }
}

/** The reasons that a job may end with, in words. A cancel that its handler did not heed leaves the result. */
export function isAsMeant({ meant, end }: WalkedEnd): boolean {
  return meant === 'cancelled' ? /cancelled|^ack$/.test(end) : end === meant;
}

function jobsOn(route: Route): number {
  if (!takes(route, 'work.ready') || takes(route, 'queue.empty')) return 0;
  return route.some(({ transition }) => transition.includes('hasNext')) ? 2 : 1;
}

/** A lease is looked after three times in its span: a short one is found lost soon. Grace must not end before its turn. */
function optionsFor(route: Route) {
  return {
    leaseMs: takes(route, 'lease.lost') ? 1_000 : 15_000,
    // Whoever is told to let go is stuck soon where the route needs it, and never where it does not.
    letGoMs: takes(route, 'handler.stuck') ? 50 : 60_000,
    drainMs: takes(route, 'grace.ended') ? 200 : 30_000,
  };
}

function meantOn(route: Route): MeantEnd {
  return takes(route, 'handler.rejected') ? 'deadLetter' : 'ack';
}

async function endOf(receipt: Receipt<WalkedJob>): Promise<string> {
  try {
    await receipt.result({ timeoutMs: LIMIT_MS });
    return 'ack';
  } catch (error) {
    return reasonIn(error);
  }
}

function reasonIn(error: unknown): string {
  if (!(error instanceof DeadLetteredError)) return String(error);
  return error.reason === 'as meant' ? 'deadLetter' : error.reason;
}

function takes(route: Route, event: RouteStep['event']): boolean {
  return route.some((step) => step.event === event);
}

const LIMIT_MS = 15_000;
