// 18: the server does nothing for seconds: asleep, or in another client's slow script.
import { setStage, type Stage } from '../trial/stage.js';
import type { Trial, WorkerRequest } from '../trial/trial.js';
import { within } from '../trial/time.js';
import type { Scenario } from './scenario.js';

export const frozenServer: Scenario = {
  number: 18,
  name: 'server asleep or busy',
  about:
    'The server stands still for seconds, asleep or in a slow script of another client: no worker is taken for dead.',
  runs: { quick: 1, usual: 3, all: 3 },
  lanes: 3,
  controls: ['a lease that outlasts the pause, or is taken up again'],
  async run(trial) {
    const stage = await setStage(trial, { 'enable-debug-command': 'yes' });
    const request = trial.control === undefined ? {} : WEAKENED;
    const holder = await trial.worker({ redis: stage.server.url, ...request }).ready();
    const { order } = await stage.sender.send({ kind: 'hold', deliveries: 1 });
    await holder.reported('started', order);
    const other = await trial.worker({ redis: stage.server.url, ...request }).ready();
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      await freeze(trial, stage);
    }
    // What expired meanwhile would have been looked for by then.
    await within(LOOKED_FOR_MS, other.reported('started', order, 2));
    holder.order('release');
    return { violations: await trial.judge(stage) };
  },
};

const LOOKED_FOR_MS = 3_000;

const WEAKENED: Pick<WorkerRequest, 'options' | 'without'> = { options: { leaseMs: 1_000 }, without: ['takingUp'] };

async function freeze({ extent }: Trial, { view: { client }, sender }: Stage): Promise<void> {
  const [sleepS, busyMs] = extent === 'all' ? [10, 7_000] : [3, 3_000];
  await client.call('DEBUG', 'SLEEP', sleepS);
  await sender.send({ kind: 'return' });
  await client.eval(BUSY_SCRIPT, 0, busyMs);
  await sender.send({ kind: 'return' });
}

/** From five seconds on the server answers BUSY to everybody else. */
const BUSY_SCRIPT = `
local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + time[2] / 1000
end
local untilMs = nowMs() + tonumber(ARGV[1])
while nowMs() < untilMs do end
return 1`;
