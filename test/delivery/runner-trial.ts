// A runner with handlers of a test's own, below a parent that only records what it receives.
import type { JobRecord } from '@acktor/core/engine';
import { defaultTextLimits, GuardedLog } from '@acktor/core/internal';
import type { AnyHandler, Container, Middleware } from '@acktor/worker';
import { container } from 'tsyringe';
import { createActor, setup, SimulatedClock, type Actor } from 'xstate';
import { ScriptedQueue } from '../channel/scripted-queue.js';
import { Heard } from '../signals/heard.js';
import { LogRecorder } from '../signals/log-recorder.js';
import {
  handlersByQueue,
  HandlerScopes,
  Quarantine,
  runnerLogic,
  type ConsumerEvent,
  type RunnerOrder,
  type RunnerDeps,
} from '../worker-inside/inside.js';
import { leasedJob } from './leased-job.js';

export type AbortReason = Extract<RunnerOrder, { type: 'abort' }>['reason'];

type HandlerEnd = Extract<ConsumerEvent, { type: 'handler.returned' | 'handler.rejected' }>;

export class RunnerTrial {
  readonly queue = new ScriptedQueue();
  readonly clock = new SimulatedClock();
  readonly log = new LogRecorder();
  readonly heard = new Heard<ConsumerEvent>();
  readonly container: Container;
  readonly scopes: HandlerScopes;
  readonly #handlers: RunnerDeps['handlers'];
  readonly #runner: Actor<ReturnType<typeof runnerLogic>>;

  constructor(
    given: readonly AnyHandler[],
    { use, ...deps }: Partial<RunnerDeps> & { readonly use?: readonly Middleware[] } = {},
    own: Container = container.createChildContainer(),
  ) {
    this.container = own;
    const { queue, clock, heard } = this;
    const log = new GuardedLog(this.log);
    const handlers = (this.#handlers = handlersByQueue(given, use).get('notes') ?? new Map());
    const limits = { ...defaultTextLimits, maxPayloadBytes: 10_000, maxPayloadDepth: 10 };
    const gate = {
      quarantine: new Quarantine(clock),
      poisonLimit: 3,
      letGoMs: 1_000,
      unknown: 'deadLetter' as const,
      mostTimesLeft: Infinity,
    };
    const scopes = (this.scopes = new HandlerScopes(this.container, { clock, log }));
    const runner = runnerLogic({ queue, clock, log, scopes, handlers, limits, ...gate, ...deps });
    const parent = setup({ types: { events: {} as ConsumerEvent }, actors: { runner } }).createMachine({
      invoke: { src: 'runner', id: 'runner' },
      on: { '*': { actions: ({ event }) => heard.push(event) } },
    });
    this.#runner = createActor(parent).start().getSnapshot().children['runner'] as Actor<typeof runner>;
  }

  /** Orders the runner to handle a job called `note`, first delivered, but for what is said. */
  handle(record: Partial<JobRecord> = {}): void {
    const delivery = leasedJob({ name: 'note', payload: '{"text":"hello"}', ...record });
    this.#runner.send({ type: 'handle', delivery });
  }

  /** What runs each of its handlers, by the names of the classes. */
  executors(): readonly string[] {
    return [...this.#handlers.values()].map(({ executor }) => executor.constructor.name);
  }

  abort(reason: AbortReason): void {
    this.#runner.send({ type: 'abort', reason });
  }

  /** How the delivery ended, once it has. */
  async end(): Promise<HandlerEnd> {
    return (await this.heard.first(({ type }) => type.startsWith('handler.'))) as HandlerEnd;
  }

  /** How it was settled, once it was rejected. */
  async rejection(): Promise<Extract<HandlerEnd, { type: 'handler.rejected' }>['settlement']> {
    const end = await this.end();
    if (end.type === 'handler.rejected') return end.settlement;
    throw new Error(`expected a rejection, but the handler returned ${end.result}`);
  }
}
