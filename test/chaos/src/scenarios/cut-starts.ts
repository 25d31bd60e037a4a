// 28: the connection breaks, or goes silent, at a call of a start.
import { Operator, Producer } from '@acktor/core';
import { connectFleet } from '@acktor/core/engine';
import type { Violation } from '../checker/evidence.js';
import { nowMs, missing, within } from '../trial/time.js';
import type { Caught } from '../proxy/interception.js';
import { setStage, type Stage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const cutStarts: Scenario = {
  number: 28,
  name: 'connection cut while it starts',
  about: 'The connection breaks or goes silent at a call of a start: it ends within its time, and what started works.',
  runs: { quick: 10, usual: 40, all: 250 },
  lanes: 2,
  controls: ['the ends of calls'],
  controlRuns: 4,
  async run(trial) {
    const stage = await setStage(trial);
    const samples: number[] = [];
    const violations: Violation[] = [];
    for (const kind of trial.control === undefined ? kinds : [workerStart]) {
      const all = await countCalls(trial, stage, kind);
      // A thread that does not come to work is ended by a defence of its own.
      const calls = trial.control === undefined ? all : Math.min(all, CALLS_OF_THE_LOOK);
      for (let run = 0; run < trial.runs; run += 1) {
        const nth = 1 + Math.floor((run * calls) / trial.runs);
        trial.log(`${kind.name}, cut at call ${nth} of ${calls}`);
        samples.push(await startOnce({ trial, stage, kind, nth, fault: (caught) => caught.drop() }));
        if (run % 4 !== 0) continue;
        trial.log(`${kind.name}, silent from call ${nth} of ${calls} on`);
        samples.push(await startOnce({ trial, stage, kind, nth, fault: () => 'silence' }));
      }
    }
    await finishWhatIsLeft(trial, stage);
    const late = samples.filter((tookMs) => tookMs > limitMs(trial));
    violations.push(...late.map(() => missing(`a start has not ended after ${limitMs(trial)} ms`)));
    const figure = { name: 'start to its end, however it went', unit: 'ms', samples } as const;
    return { violations: [...violations, ...(await trial.judge(stage))], figures: [figure] };
  },
};

/** Something that starts on a server, does a little work there if it comes to, and is closed. */
interface Kind {
  readonly name: string;
  /** Resolves when the start has ended, with how to end what started. */
  start(trial: Trial, redis: string): Promise<(stage: Stage) => Promise<unknown>>;
}

const workerStart: Kind = {
  name: 'Worker.start',
  async start(trial, redis) {
    const without = trial.control === undefined ? [] : (['guardedCalls', 'startTime'] as const);
    const worker = trial.worker({ redis, without, options: { connectTimeoutMs: TIMEOUT_MS } });
    await worker.until(() => worker.isDecided || worker.hasExited);
    return async ({ sender, view }) => {
      if (worker.hasStarted) {
        await sender.send({ kind: 'return' });
        await view.emptied(SETTLE_MS * trial.slowness);
      }
      worker.signal('SIGTERM');
      await within(SETTLE_MS * trial.slowness, worker.exited());
      if (worker.hasExited) return;
      // It waits for an answer that never comes, for up to 15 s, and what it was sent meanwhile is lost with it.
      trial.ledger.write({ what: 'fault', fault: `SIGKILL of ${worker.name}`, mayRedeliver: 1 });
      await worker.end();
    };
  },
};

const kinds: readonly Kind[] = [
  inProcess('Producer.connect', (redis) => Producer.connect({ redis, connectTimeoutMs: TIMEOUT_MS })),
  inProcess('Operator.connect', (redis) => Operator.connect({ redis, connectTimeoutMs: TIMEOUT_MS })),
  inProcess('connectFleet', (redis) => connectFleet({ redis, connectTimeoutMs: TIMEOUT_MS })),
  workerStart,
];

function inProcess(name: string, connect: (redis: string) => Promise<{ close(): Promise<unknown> }>): Kind {
  return {
    name,
    async start(_trial, redis) {
      const opened = await connect(redis).catch(() => undefined);
      return async () => opened?.close();
    },
  };
}

/** What the last worker held when it was ended: there is none after it whose reaper would give that back. */
async function finishWhatIsLeft(trial: Trial, { server, view }: Stage): Promise<void> {
  const worker = await trial.worker({ redis: server.url }).ready();
  await view.emptied(SETTLE_MS * trial.slowness);
  worker.signal('SIGTERM');
  await worker.exited();
}

async function countCalls(trial: Trial, stage: Stage, kind: Kind): Promise<number> {
  const proxy = await trial.proxy(stage.server);
  let calls = 0;
  void proxy.intercept({ matches: () => (calls += 1) < 0, part: 'call' });
  const end = await kind.start(trial, proxy.url);
  const counted = calls;
  await end(stage);
  return counted;
}

interface OneStart {
  readonly trial: Trial;
  readonly stage: Stage;
  readonly kind: Kind;
  readonly nth: number;
  readonly fault: (caught: Caught) => 'silence' | void;
}

/** How long it took; for ever when it has not ended at twice the limit. */
async function startOnce({ trial, stage, kind, nth, fault }: OneStart): Promise<number> {
  const proxy = await trial.proxy(stage.server);
  const part = trial.random.oneOf(['call', 'reply'] as const);
  void proxy.intercept({ matches: () => true, part, nth }).then((caught) => fault(caught) && proxy.blackOut());
  const fromMs = nowMs();
  const end = await within(2 * limitMs(trial), kind.start(trial, proxy.url));
  const tookMs = end ? nowMs() - fromMs : Number.POSITIVE_INFINITY;
  proxy.heal();
  await end?.(stage);
  return tookMs;
}

/** Those before the heartbeat's thread begins. */
const CALLS_OF_THE_LOOK = 7;
const TIMEOUT_MS = 2_000;
const SETTLE_MS = 5_000;

/** Besides the time for the server a process has to be started, and a thread in it, which may take this long on a busy machine. */
function limitMs({ slowness }: Trial): number {
  return TIMEOUT_MS + 3_000 * slowness;
}
