// 31: the clocks of worker processes are hours off, jump, or say no number.
import type { WorkerProcess } from '../fleet/worker-process.js';
import { nowMs, missing, within } from '../trial/time.js';
import { setStage, type Stage } from '../trial/stage.js';
import type { Violation } from '../checker/evidence.js';
import type { Scenario } from './scenario.js';

export const wrongClocks: Scenario = {
  number: 31,
  name: 'clocks hours apart',
  about:
    'Workers’ clocks are two hours fast or slow, jump, or say no number: what others delayed is due when it is due, and nothing is lost or forgotten.',
  runs: { quick: 2, usual: 10, all: 50 },
  controls: ["the server's time"],
  async run(trial) {
    const stage = await setStage(trial);
    const without = trial.control === undefined ? [] : (['serverTime'] as const);
    const start = (clock: string) =>
      trial.worker({ redis: stage.server.url, without, flags: clockFlags(clock) }).ready();
    const workers = await Promise.all(CLOCKS.map(start));
    for (const worker of workers) worker.order('release');
    const figure = { name: 'due to start', unit: 'ms', samples: [] as number[] };
    const violations: Violation[] = [];
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      violations.push(...(await delayOnce(stage, workers, figure.samples)), ...(await sendTwice(stage, workers)));
      trial.ledger.write({ what: 'fault', fault: 'ten handlers throw, and are tried again', mayRedeliver: 10 });
      await stage.sender.sendMany(10, { kind: 'throw', deliveries: 1 });
    }
    violations.push(...(await trial.judge(stage)), ...trial.missed(figure, { max: LATEST_MS }));
    return { figures: [figure], violations };
  },
};

const TWO_HOURS_MS = 7_200_000;
const CLOCKS = [
  `now() + ${TWO_HOURS_MS}`,
  `now() - ${TWO_HOURS_MS}`,
  `now() + Math.round((Math.random() - 0.5) * ${2 * TWO_HOURS_MS})`,
  // Some modules cannot be loaded without a clock (pino 10): it is taken away at the first order to the process.
  'isGone ? NaN : now()',
];

/** Preloaded into the process and its threads. */
function clockFlags(clock: string): readonly string[] {
  const going = "let isGone = false; process.once('message', () => (isGone = true));";
  const text = `const now = Date.now.bind(Date); ${going} Date.now = () => ${clock};`;
  return ['--import', `data:text/javascript,${encodeURIComponent(text)}`];
}

const DELAY_MS = 1_500;
const LATEST_MS = 1_000;
const LIMIT_MS = 15_000;

async function delayOnce(
  { sender }: Stage,
  workers: readonly WorkerProcess[],
  samples: number[],
): Promise<readonly Violation[]> {
  const sentAfterMs = nowMs();
  const sent = await Promise.all(CLOCKS.map(() => sender.send({ kind: 'return' }, { delayMs: DELAY_MS })));
  const sentBeforeMs = nowMs();
  // Work, so that every process fetches meanwhile.
  await sender.sendMany(40, { kind: 'work', forMs: 5 });
  const violations: Violation[] = [];
  for (const { order } of sent) {
    const started = await within(LIMIT_MS, firstStart(workers, order));
    if (started === undefined)
      violations.push(missing(`order ${order} was not started ${LIMIT_MS} ms after it was sent`));
    else if (started < sentAfterMs + DELAY_MS - 5)
      violations.push(missing(`order ${order} was started before it was due`));
    else samples.push(Math.max(0, started - sentBeforeMs - DELAY_MS));
  }
  return violations;
}

/** A job that is sent again when it is acked is remembered. */
async function sendTwice({ sender }: Stage, workers: readonly WorkerProcess[]): Promise<readonly Violation[]> {
  const { order, receipt } = await sender.send({ kind: 'return' });
  await receipt.result({ timeoutMs: LIMIT_MS });
  const again = await sender.send({ kind: 'return' }, { id: receipt.id });
  const started = await within(300, firstStart(workers, again.order));
  return started === undefined ? [] : [missing(`order ${order} was forgotten, and run again as ${again.order}`)];
}

async function firstStart(workers: readonly WorkerProcess[], order: number): Promise<number> {
  const { atMs } = await Promise.race(workers.map((worker) => worker.reported('started', order)));
  return atMs;
}
