// A process whose workers' one consumer is led along routes of its chart, one after another; at the end of a route it is killed
// if that is wanted.
import { inspect } from 'node:util';
import { Worker } from '@acktor/worker';
import type { TransitionName } from '../charts/driven.js';
import { signal } from '../signals/signal.js';
import { Doors } from './doors.js';
import { Provocation } from './provocation.js';
import { watchSteps } from './step-watch.js';
import { walkHandlers } from './walk-job.js';
import type { WalkOrder } from './walking-process.js';

const orders = JSON.parse(process.argv[2] ?? '') as readonly WalkOrder[];
const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: (_facts: object, message: string) => fail(message) };
const doors = new Doors();
let onTaken: (taken: TransitionName) => void = silent;

// Nobody is left to end this process.
process.on('disconnect', () => process.exit(1));
await doors.install();
watchSteps((taken) => onTaken(taken));
for (const order of orders) {
  await walk(order).catch(fail);
  process.send?.('arrived');
}
process.exit(0);

/** Then what is held may end, and the worker stops as any other. */
async function walk({ route, isToBeKilled, ...order }: WalkOrder): Promise<void> {
  const { redis, namespace, options } = order;
  const [mayEnd, started, arrived] = [signal(), signal<Worker>(), signal()];
  const provocation = new Provocation({ ...order, doors, worker: started.given, endHandler: () => mayEnd.give() });
  let steps = route;
  const go = () => void provocation.provoke(steps).catch(fail);
  // A worker that starts looks once without a sign. What is to happen while it is idle happens after that.
  let isLooking = route[0]?.transition.startsWith('consumer.idle --stop') === true;
  onTaken = (taken) => {
    if (isLooking) {
      isLooking = !taken.endsWith('--> consumer.idle');
      if (!isLooking) go();
      return;
    }
    if (taken !== steps[0]?.transition) return;
    steps = steps.slice(1);
    if (steps.length > 0) go();
    // Nothing else runs between the transition and this, so that to the server it is one moment.
    else if (isToBeKilled) process.kill(process.pid, 'SIGKILL');
    else arrived.give();
  };
  if (!isLooking) go();
  const handlers = walkHandlers(() => mayEnd.given);
  started.give(await Worker.start({ redis, namespace, handlers, handleSignals: false, logger, ...options }));
  await arrived.given;
  mayEnd.give();
  provocation.letAllPass();
  await (await started.given).close();
}

function fail(error: unknown): void {
  process.stderr.write(`${inspect(error)}\n`);
  process.exit(1);
}
