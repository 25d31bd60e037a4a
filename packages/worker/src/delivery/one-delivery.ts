// One delivery through the consumer's chart and the runner, without a queue: for tests of handlers.
import { createActor, fromCallback } from 'xstate';
import { onAbort, type LeasedJob, type Settlement, systemClock, type EngineClock } from '@acktor/core/engine';
import { errorReason, GuardedLog } from '@acktor/core/internal';
import { consumerMachine } from '../consumer/consumer.machine.js';
import { compiledConsumer } from '../consumer/compiled-machine.js';
import type { ChannelMessage, ConsumerEvent, RunnerOrder } from '../consumer/consumer-protocol.js';
import { CancelledError, DeadlineError, LeaseLostError, ShutdownError } from '../errors.js';
import { emptyContainer, type Container } from '../handler/container.js';
import { checkParameters, needsContainer } from '../handler/check-parameters.js';
import { handlersByQueue, type QueueHandlers } from '../handler/handler-registry.js';
import { HandlerScopes } from '../handler/handler-scope.js';
import { freshContainer } from '../handler/tsyringe.js';
import { unknownPolicyOf } from '../worker/by-queue.js';
import type { CheckedWorkerOptions } from '../worker/worker-options.js';
import type { DeliveryQueue } from './delivery.js';
import { Quarantine } from './quarantine.js';
import { runnerCallback } from './runner.js';

/** A delivery to be run, and by what. */
export interface OneDelivery {
  readonly leased: LeasedJob;
  /** As a worker has them. Their handlers must be of the queue of the job. */
  readonly options: CheckedWorkerOptions;
  /** Where progress, log lines and steps go. */
  readonly queue: DeliveryQueue;
  /** Aborts the delivery, for its own reason. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: EngineClock | undefined;
}

/**
 * Resolves with how the delivery is settled, once what was built for it is disposed of; with undefined when its lease is lost, so that it is
 * not. Never rejects for what the handler does.
 * @throws NotAHandlerError, DuplicateHandlerError; UnresolvableParameterError for a handler that a worker refuses at its start.
 */
export async function runOneDelivery(one: OneDelivery): Promise<Settlement | undefined> {
  const { leased, options, clock = systemClock } = one;
  const handlers = handlersByQueue(options.handlers, options.use).get(leased.record.queue) ?? new Map();
  const log = new GuardedLog(options.logger ?? silent);
  const container = options.container ?? containerFor(handlers);
  checkParameters(container, injectedOf(handlers));
  const scopes = new HandlerScopes(container, { clock, log });
  const runner = runnerCallback({
    queue: one.queue,
    handlers,
    unknown: unknownPolicyOf(options.unknown, leased.record.queue),
    mostTimesLeft: Infinity,
    scopes,
    limits: options,
    quarantine: new Quarantine(clock),
    poisonLimit: options.poisonLimit,
    letGoMs: options.letGoMs,
    clock,
    log,
  });
  try {
    return await consumed(runner, one);
  } finally {
    await scopes.closeAll();
  }
}

/** The consumer stops after its one delivery; its channel has no other. */
function consumed(runner: Runner, { leased, signal }: OneDelivery): Promise<Settlement | undefined> {
  return new Promise((resolve) => {
    const end = (settlement: Settlement | undefined) => {
      stopListening?.();
      resolve(settlement);
    };
    const channel = createActor(
      fromCallback<ChannelMessage>(({ receive }) => {
        receive((message) => {
          if (message.type === 'consumer.parked') consumer.send({ type: 'work.ready' });
          if (message.type === 'delivery.wanted') {
            consumer.send({ type: 'delivery.received', delivery: leased });
            consumer.send({ type: 'stop.requested' });
          }
          if (message.type === 'delivery.settled') {
            end(message.request.settlement);
            consumer.send({ type: 'settlement.stored', next: undefined });
          }
          // Its lease is lost, and the handler has not let go in time.
          if (message.type === 'consumer.stuck' || message.type === 'consumer.left') end(undefined);
        });
      }),
    );
    const consumer = createActor(chart(), { input: { channel } });
    const abort = () => consumer.send(eventOf(signal?.reason));
    const stopListening = signal && onAbort(signal, abort);
    channel.start();
    beginning = runner;
    consumer.start();
    if (signal?.aborted) abort();
  });
}

type Runner = ReturnType<typeof runnerCallback>;

/** The runner of the consumer that is being started, which begins it at once. */
let beginning: Runner = () => undefined;
let compiled: typeof consumerMachine | undefined;

/** Compiled once, as in a worker: that takes longer than a hundred deliveries. */
function chart(): typeof consumerMachine {
  const runner = fromCallback<RunnerOrder>((given) => beginning(given));
  return (compiled ??= compiledConsumer(consumerMachine.provide({ actors: { runner } })));
}

/** Returns what happens to the consumer when a test's signal aborts, by its reason. */
function eventOf(reason: unknown): ConsumerEvent {
  if (reason instanceof LeaseLostError) return { type: 'lease.lost' };
  if (reason instanceof DeadlineError) return { type: 'deadline.passed' };
  if (reason instanceof ShutdownError) return { type: 'grace.ended' };
  if (reason instanceof CancelledError) return { type: 'job.cancelled', why: reason.why };
  return { type: 'job.cancelled', why: errorReason(reason) };
}

function containerFor(handlers: QueueHandlers): Container {
  return injectedOf(handlers).some(needsContainer) ? freshContainer() : emptyContainer;
}

function injectedOf(handlers: QueueHandlers) {
  return [...handlers.values()].map(({ injected }) => injected);
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
