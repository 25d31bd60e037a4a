// Does tasks, one at a time: `node worker.js`, in as many terminals as you like. Ctrl-C lets it finish what it holds.
import { setTimeout as sleep } from 'node:timers/promises';
import { handles, Worker, type Delivery, type Handler } from '@acktor/worker';
import { task } from './task.js';

@handles(task)
class DoTask implements Handler<typeof task> {
  async handle({ data, signal, redelivered }: Delivery<typeof task>): Promise<void> {
    const seconds = data.text.split('.').length - 1;
    console.log(`[worker ${process.pid}] received ${data.text}${redelivered ? ' (again)' : ''}`);
    await sleep(seconds * 1_000, undefined, { signal });
    console.log(`[worker ${process.pid}] done ${data.text}`);
  }
}

await using worker = await Worker.start({ handlers: [DoTask], consumers: 1, handleSignals: true });
console.log(`[worker ${process.pid}] waits for tasks; to leave, press Ctrl-C`);
await worker.stopped();
