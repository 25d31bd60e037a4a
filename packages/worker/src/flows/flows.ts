// The flows that a worker runs: their own jobs, and what happens to them, as handlers of the queues of both.
import type { AnyJob, FlowContract } from '@acktor/core';
import type { Broker } from '@acktor/core/engine';
import { flowEventContract, flowEventQueue } from '@acktor/core/internal';
import type { DeliveryLimits } from '../delivery/delivery.js';
import { DuplicateHandlerError } from '../errors.js';
import type { Executor } from '../handler/executor.js';
import type { HandlerEntry, QueueHandlers } from '../handler/handler-registry.js';
import { FlowEventExecutor } from './flow-events.js';
import { FlowExecutor } from './flow-executor.js';

export interface FlowsDeps {
  readonly flows: readonly FlowContract[];
  readonly broker: Broker;
  readonly limits: DeliveryLimits;
}

/** The flows of one worker. */
export class Flows {
  readonly #deps: FlowsDeps;
  /** The queues of events, each with the queue of its flows. */
  readonly eventQueues: ReadonlyMap<string, string>;

  constructor(deps: FlowsDeps) {
    this.#deps = deps;
    this.eventQueues = new Map(deps.flows.map(({ queue }) => [flowEventQueue(queue), queue]));
  }

  /**
   * Returns the handlers of all queues with those of the flows.
   * @throws DuplicateHandlerError for two flows of one name in a queue, and for a handler of the job of a flow.
   */
  addedTo(handlers: ReadonlyMap<string, QueueHandlers>): ReadonlyMap<string, QueueHandlers> {
    const queues = new Map([...handlers].map(([queue, entries]) => [queue, new Map(entries)]));
    for (const flow of this.#deps.flows) {
      const deps = { ...this.#deps, flow };
      const events = flowEventContract(flow.queue, flow.name);
      for (const entry of [entryOf(flow, new FlowExecutor(deps)), entryOf(events, new FlowEventExecutor(deps))]) {
        const { queue, name } = entry.job;
        const known = queues.get(queue) ?? new Map<string, HandlerEntry>();
        const other = known.get(name);
        if (other) throw new DuplicateHandlerError(name, [other.injected.name, entry.injected.name]);
        queues.set(queue, known.set(name, entry));
      }
    }
    return queues;
  }

  /** The names of the flows of a queue. */
  namesIn(queue: string): ReadonlySet<string> {
    return new Set(this.#deps.flows.filter((flow) => flow.queue === queue).map(({ name }) => name));
  }

  /** The limits of the events, which carry the result of a step. */
  get eventLimits(): DeliveryLimits {
    const { limits } = this.#deps;
    const { maxPayloadBytes, maxPayloadDepth, maxReasonBytes } = limits;
    return {
      ...limits,
      maxPayloadBytes: maxPayloadBytes + 6 * maxReasonBytes + BESIDES_BYTES,
      maxPayloadDepth: maxPayloadDepth + 1,
    };
  }
}

function entryOf(job: AnyJob, executor: Executor): HandlerEntry {
  const injected = { name: `flow(${job.name})`, handlerClass: undefined, inject: [], provided: new Set<never>() };
  return { job, executor, injected };
}

/** For the names and ids in an event. */
const BESIDES_BYTES = 65_536;
