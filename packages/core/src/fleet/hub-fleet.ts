// The fleet over any engine's hub: gathers answers, and watches.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetAnswer } from './fleet-message.js';
import type { ConnectedFleet, Fleet, FleetWatcher, MachineDefinition } from './fleet.js';
import { watchFleet } from './fleet-watch.js';
import type { WorkerReport } from './worker-report.js';
import type { FleetHub } from './fleet-hub.js';

/** Where the fleet is, and how it is left. */
export interface FleetEnd {
  /** For people: without a password. */
  readonly address: string;
  /** Called once, after the hub is closed. */
  readonly leave?: () => Promise<void>;
}

/** The fleet that a hub reaches. Closing it closes the hub. */
export function fleetOn(hub: FleetHub, { address, leave }: FleetEnd): ConnectedFleet {
  let closing: Promise<void> | undefined;
  const close = () => {
    hub.close();
    return (closing ??= leave?.() ?? Promise.resolve());
  };
  return Object.assign(new HubFleet(hub), { address, close, [Symbol.asyncDispose]: close });
}

class HubFleet implements Fleet {
  readonly #hub: FleetHub;

  constructor(hub: FleetHub) {
    this.#hub = hub;
  }

  get droppedMessages(): number {
    return this.#hub.droppedMessages;
  }

  async workers({ withinMs = ANSWER_WITHIN_MS } = {}): Promise<readonly WorkerReport[]> {
    const reports = new Map<string, WorkerReport>();
    await this.#gather({ type: 'report' }, withinMs, (answer) => {
      if (answer.type === 'report') reports.set(answer.report.workerId, answer.report);
      return false;
    });
    return [...reports.values()];
  }

  async machine(machineId: string): Promise<MachineDefinition | undefined> {
    let found: MachineDefinition | undefined;
    await this.#gather({ type: 'machine', machineId }, ANSWER_WITHIN_MS, (answer) => {
      if (answer.type === 'machine') found ??= answer.machine;
      return found !== undefined;
    });
    return found;
  }

  watch(watcher: FleetWatcher, signal: AbortSignal): Promise<void> {
    return watchFleet(this.#hub, watcher, signal);
  }

  /** Asks, and resolves when `isEnough`, when every worker that was reached has answered, or when the time is over. */
  async #gather(question: Question, withinMs: number, isEnough: (answer: FleetAnswer) => boolean): Promise<void> {
    const ask = randomUUID();
    const enough = new AbortController();
    let answers = 0;
    let reached = Infinity;
    const stop = this.#hub.onAnswer(ask, (answer) => {
      answers += 1;
      if (isEnough(answer) || answers >= reached) enough.abort();
    });
    try {
      reached = (await this.#hub.ask({ ...question, to: this.#hub.asker, ask })) ?? Infinity;
      // Answers travel on the other connection, and may have been quicker.
      if (answers < reached) await sleep(withinMs, undefined, { signal: enough.signal }).catch(() => undefined);
    } finally {
      stop();
    }
  }
}

type Question = { readonly type: 'report' } | { readonly type: 'machine'; readonly machineId: string };

const ANSWER_WITHIN_MS = 500;
