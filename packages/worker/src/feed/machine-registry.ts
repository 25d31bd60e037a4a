// The charts that a worker has registered, as data that can travel.
import { chartOf } from '@acktor/chart';
import type { AnyStateMachine } from 'xstate';
import { consumerMachine } from '../consumer/consumer.machine.js';
import { workerMachine } from '../worker/worker.machine.js';

/** Acktor's own charts, and the user's. */
export class MachineRegistry {
  readonly #machines: ReadonlyMap<string, AnyStateMachine>;

  constructor(users: readonly AnyStateMachine[] = []) {
    this.#machines = new Map([...OWN, ...users].map((machine) => [machine.id, machine]));
  }

  get ids(): readonly string[] {
    return [...this.#machines.keys()];
  }

  has(machineId: string): boolean {
    return this.#machines.has(machineId);
  }

  all(): readonly { readonly machineId: string; readonly definition: string }[] {
    return [...this.#machines].map(([machineId, machine]) => ({
      machineId,
      definition: JSON.stringify(chartOf(machine)),
    }));
  }
}

/** Those whose actors a worker has. A supervisor says nothing to the fleet: its charts would be offered with nobody on them, ever. */
const OWN: readonly AnyStateMachine[] = [consumerMachine, workerMachine];

/** Ids that no other machine may have, wherever it is drawn: the last two are charts of `@acktor/cli`. */
const RESERVED_IDS: readonly string[] = [...OWN.map(({ id }) => id), 'supervisor', 'workerProcess'];

/** Whether the value is a list of XState machines, none with the id of another or of Acktor's own. */
export function areMachines(value: unknown): value is readonly AnyStateMachine[] {
  if (!Array.isArray(value) || !value.every(isMachine)) return false;
  const ids = [...RESERVED_IDS, ...value.map(({ id }) => id)];
  return new Set(ids).size === ids.length;
}

/** Not `instanceof`: a user's XState may be another copy of it. */
export function isMachine(value: unknown): value is AnyStateMachine {
  const hasParts = typeof value === 'object' && value !== null && 'root' in value && 'definition' in value;
  return hasParts && 'id' in value && typeof value.id === 'string' && 'transition' in value;
}
