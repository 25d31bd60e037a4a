// The program of a child process: one worker, which drains when it is ordered to, or when its supervisor is gone.
import { AcktorError } from '@acktor/core';
import { importEngine } from '@acktor/core/engine';
import { GuardedLog } from '@acktor/core/internal';
import { type Logger, type MetricsData, Worker } from '@acktor/worker';
import {
  defaultLogger,
  descriptor,
  disposeGlobally,
  loadHandlers,
  loadMiddleware,
  type LogDestination,
  quarantineOfThisProcess,
  reportHangsToSupervisor,
  systemClock,
} from '@acktor/worker/internal';
import {
  type StartFailure,
  SUPERVISORS_ERROR_OUTPUT,
  type ChildOrder,
  type ChildPlan,
  type ChildQuestion,
  type ChildReport,
} from './child-protocol.js';

class ChildWorker {
  #worker: Promise<Worker> | undefined;
  #isEnding = false;

  obey(order: ChildOrder): void {
    switch (order.type) {
      case 'start':
        return void this.#start(order.plan);
      case 'drain':
        return this.drain();
      case 'states':
      case 'metrics':
        return void this.#answer(order);
    }
  }

  /** A worker that is still coming up is drained once it runs: it may hold something by then. */
  drain(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    void this.#close();
  }

  async #start({ files, middleware, queues, engine: module, options }: ChildPlan): Promise<void> {
    try {
      const found = await loadHandlers({ files, queues, consumers: options.consumers });
      const use = await loadMiddleware(middleware);
      const engine = module && (await importEngine(module));
      this.#worker = Worker.start({ ...options, ...found, use, engine, handleSignals: false, logger: lastingLogger() });
      const worker = await this.#worker;
      send({ type: 'running', workerId: worker.id, queues: worker.queues });
    } catch (error) {
      send({ type: 'failed', ...failureOf(error) }, () => process.exit(1));
    }
  }

  async #close(): Promise<void> {
    // One that does not come up has reported that, and the process ends by itself.
    const worker = await this.#worker?.catch(() => new Promise<never>(() => undefined));
    await worker?.close();
    // This process is the worker's alone, so what its handlers registered globally is disposed of here, too.
    await disposeGlobally({ clock: systemClock, log: new GuardedLog(lastingLogger()) });
    send({ type: 'ended', metrics: await metricsOf(worker) }, () => process.exit(0));
  }

  /** One that did not come up does nothing and has counted nothing; its start has reported why. */
  async #answer({ type, question }: ChildQuestion): Promise<void> {
    const worker = await this.#worker?.catch(() => undefined);
    if (type === 'states') send({ type, question, states: worker?.states() ?? [] });
    else send({ type, question, metrics: await metricsOf(worker) });
  }
}

/**
 * Standard error is a pipe to the supervisor. When that is gone, what the worker logs while it drains goes to the supervisor's own standard
 * error.
 */
function lastingLogger(): Logger {
  const piped = descriptor(2);
  let direct: LogDestination | undefined;
  return defaultLogger({
    write: (line) => (process.connected ? piped : (direct ??= descriptor(SUPERVISORS_ERROR_OUTPUT))).write(line),
  });
}

/** Empty before it runs, and for a worker that keeps none. */
async function metricsOf(worker: Worker | undefined): Promise<MetricsData> {
  return worker?.isMetered === true ? worker.metricsData() : [];
}

/** Sends a report while there is a supervisor. Calls `done` in any case. */
function send(report: ChildReport, done: () => void = () => undefined): void {
  if (process.connected) process.send?.(report, undefined, undefined, done);
  else done();
}

function failureOf(error: unknown): StartFailure {
  const code = error instanceof AcktorError ? error.code : undefined;
  return { code, message: error instanceof Error ? error.message : String(error) };
}

// What a handler writes is lost when the supervisor is gone, and must not end a worker that drains.
process.stderr.on('error', () => undefined);
const child = new ChildWorker();
reportHangsToSupervisor();
quarantineOfThisProcess.onTrials = (trials) => new Promise((resolve) => send({ type: 'trials', trials }, resolve));
process.on('message', (order: ChildOrder) => child.obey(order));
// A signal to one worker, or to its whole process group as some service managers send it, asks it to finish what it holds.
process.on('SIGTERM', () => child.drain());
process.on('SIGINT', () => child.drain());
// Meant for the supervisor, which replaces its workers; without a listener it would end this process.
process.on('SIGHUP', () => undefined);
if (process.connected) process.once('disconnect', () => child.drain());
else child.drain();
