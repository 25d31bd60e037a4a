// A worker in a process of its own, told by its arguments what to do, and heard through messages.
import { appendFile } from 'node:fs/promises';
import { Worker, type AnyHandlerClass, type Delivery } from '@acktor/worker';
import { handlerOf } from '../handler/handler-of.js';
import { call, note } from '../jobs/notes.js';
import { signal } from '../signals/signal.js';
import type { WorkerOrder, WorkerReport, WorkerWish } from './worker-child.js';

const STEPS = 10;
const wish = JSON.parse(process.argv[2] ?? '{}') as WorkerWish;
const mayFinish = signal();
const tell = (report: WorkerReport) => process.send?.(report);

const handling: Readonly<Record<WorkerWish['handler'], AnyHandlerClass>> = {
  waits: handlerOf(note, async (delivery) => {
    tell(handled(delivery));
    await mayFinish.given;
    return { length: delivery.data.text.length };
  }),
  neverEnds: handlerOf(note, (delivery) => {
    tell(handled(delivery));
    return new Promise<never>(() => undefined);
  }),
  blocks: handlerOf(note, (delivery) => {
    tell(handled(delivery));
    const untilMs = Date.now() + Number(delivery.data.text);
    while (Date.now() < untilMs);
    return { length: 0 };
  }),
  steps: handlerOf(note, async (delivery) => {
    for (let i = 1; i <= STEPS; i += 1) {
      await delivery.step(`step ${i}`, () => appendFile(delivery.data.text, `${i} `));
      // Each delivery is killed when it has stored one step more.
      if (i === delivery.fence) process.kill(process.pid, 'SIGKILL');
    }
    return { length: delivery.fence };
  }),
  measures: handlerOf(note, ({ data }) => ({ length: data.text.length })),
};

const answering = handlerOf(call, () => undefined);

process.on('message', (order: WorkerOrder) => {
  if (order === 'finish') mayFinish.give();
  if (order === 'close') void worker.close().then(() => process.disconnect());
});

const options = { ...wish.options, logger: tellingLogger() };
const worker = await Worker.start({ ...options, handlers: [handling[wish.handler]] });
if (wish.hasCompany) await Worker.start({ ...options, handlers: [answering] });
tell({ kind: 'started', maxRssBytes: maxRssBytes() });

function handled({ id, redelivered }: Delivery<typeof note>): WorkerReport {
  return { kind: 'handling', id, redelivered };
}

function tellingLogger() {
  const say = (_facts: object, message: string) => tell({ kind: 'log', message, maxRssBytes: maxRssBytes() });
  return { debug: () => undefined, info: say, warn: say, error: say };
}

function maxRssBytes(): number {
  return process.resourceUsage().maxRSS * 1_024;
}
