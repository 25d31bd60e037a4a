// `node test/dist/dashboard/lively/serve.js`: a dashboard of a real fleet that is always at work, to develop the page with.
// Three worker processes, of which one is killed every 20 seconds, on a server that ends with this.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Producer } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { Dashboard } from '@acktor/dashboard';
import { Supervisor } from '@acktor/cli';
import { quietLogger } from '../dashboard-trial.js';
import { chargeCard, resizeImage, sendMail } from './jobs.js';

const port = Number(process.argv[2] ?? 3_901);
const consumers = Number(process.argv[3] ?? 8);

await using server = await PrivateServer.start();
const redis = server.url;
const files = [fileURLToPath(new URL('handlers.js', import.meta.url))];
const calm = { handleSignals: false, restartLimit: 1_000 };
await using supervisor = await Supervisor.start({ files, redis, processes: 3, consumers, ...calm });
await using producer = await Producer.connect({ redis });
await using dashboard = await Dashboard.start({ redis, port, redact: ['data.card'], logger: quietLogger });
const timers = [setInterval(sendSome, 250), setInterval(() => void killOne(), 20_000)];
process.stdout.write(`The dashboard of a lively fleet is on ${dashboard.signInUrl}\n`);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
for (const timer of timers) clearInterval(timer);

/** Slightly more jobs than the consumers can handle, so that queues rise and fall. */
function sendSome(): void {
  const wave = 1 + Math.sin(Date.now() / 20_000);
  for (const [job, perSecond] of [
    [chargeCard, 3.5],
    [sendMail, 20],
    [resizeImage, 1.2],
  ] as const) {
    const count = Math.round((perSecond * consumers * wave * Math.random()) / 4);
    for (let sent = 0; sent < count; sent += 1) {
      const delayMs = Math.random() < 0.02 ? 60_000 : 0;
      void producer.send(job, { orderId: `o-${sent}`, card: '4111 1111', note: '<b>bold</b>' }, { delayMs });
    }
  }
}

async function killOne(): Promise<void> {
  const [oldest] = await supervisor.states();
  if (oldest?.pid !== undefined) process.kill(oldest.pid, 'SIGKILL');
}
