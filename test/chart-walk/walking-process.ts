// The parent's side of a process whose workers are led along routes.
import type { WorkerOptions } from '@acktor/worker';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Route } from './route.js';

/** One worker of the process, and its route. */
export interface WalkOrder {
  readonly redis: string;
  readonly namespace: string;
  readonly route: Route;
  /** The jobs that lie in the queue, in their order. */
  readonly jobs: readonly string[];
  /** Whether the process is killed at the end of the route. */
  readonly isToBeKilled: boolean;
  readonly options: Pick<WorkerOptions, 'leaseMs' | 'drainMs'>;
}

/** What became of the process. */
export interface WalkEnd {
  /** How many of its workers came to the end of their routes and have stopped. */
  readonly arrived: number;
  /** Its exit code, or the signal that ended it: SIGTERM when it takes too long. */
  readonly exit: number | NodeJS.Signals;
}

export async function walk(orders: readonly WalkOrder[]): Promise<WalkEnd> {
  const timeout = LIMIT_MS + LIMIT_PER_WALK_MS * orders.length;
  const child = fork(new URL('walking-worker.js', import.meta.url), [JSON.stringify(orders)], { timeout });
  let arrived = 0;
  child.on('message', () => (arrived += 1));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return { arrived, exit: code ?? signal ?? 1 };
}

const LIMIT_MS = 30_000;
const LIMIT_PER_WALK_MS = 5_000;
