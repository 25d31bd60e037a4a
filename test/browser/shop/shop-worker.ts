// One worker process of the shop: `node shop-worker.js <options as JSON>`. Prints `started`, and ends with its parent.
import { Worker, type Delivery, type WorkerOptions } from '@acktor/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import { handlerOf } from '../../handler/handler-of.js';
import { chargeCard, classify, scanFile, sendMail, type Task } from './jobs.js';

interface TaskDelivery extends Pick<Delivery<typeof sendMail>, 'signal' | 'log' | 'progress'> {
  readonly data: Task;
}

async function work({ data, signal, log, progress }: TaskDelivery): Promise<void> {
  await log(`order ${data.orderId}`);
  await sleep(data.ms / 2, undefined, { signal });
  await progress(50);
  await sleep(data.ms / 2, undefined, { signal });
  if (data.fails !== undefined) throw failure(data.fails);
}

/** Without the paths of a build, which differ from one clone to another. */
function failure(reason: string): Error {
  const error = new Error(reason);
  error.stack = `Error: ${reason}\n    at Mailbox.deliver (mailbox.ts:41:11)\n    at SendMail.handle (send-mail.ts:12:5)`;
  return error;
}

process.on('disconnect', () => process.exit());
await Worker.start({
  ...(JSON.parse(process.argv[2] ?? '{}') as Omit<WorkerOptions, 'handlers'>),
  handlers: [
    handlerOf(chargeCard, async (delivery) => {
      await work(delivery);
      return { receipt: `r-${delivery.data.orderId}` };
    }),
    handlerOf(sendMail, work),
    handlerOf(scanFile, work),
    handlerOf(classify, work),
  ],
});
process.send?.('started');
