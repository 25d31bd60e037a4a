// Prints a machine's configuration as JSON, as Stately Studio and `createMachine` take it.
import type { AnyStateMachine } from 'xstate';
import { actionName, guardName } from './reading/names.js';

/**
 * The configuration of a machine as JSON, with a line feed at the end: states, transitions, guards, actions and actors by their
 * names. `createMachine(JSON.parse(text))` has the same chart; what the names stand for, context and input are code, and left out.
 */
export function machineJson(machine: AnyStateMachine): string {
  return `${JSON.stringify({ id: machine.id, ...fieldsOf(machine.config) }, null, 2)}\n`;
}

function fieldsOf(config: object): Readonly<Record<string, unknown>> {
  const fields = Object.entries(config).map(([name, value]) => [name, plain(name, value)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

function plain(name: string, value: unknown): unknown {
  if (CODE.has(name)) return undefined;
  if (Array.isArray(value)) return value.map((item) => plain(name, item));
  if (typeof value === 'function') return named(name, value);
  if (typeof value !== 'object' || value === null) return value;
  // Logic that is written in place has no name of its own, and nothing of it is configuration.
  return name === 'src' ? NAMELESS : fieldsOf(value);
}

/** What a function does not tell by itself. */
function named(name: string, value: unknown): unknown {
  if (name === 'guard') return guardName(value);
  if (name === 'src') return NAMELESS;
  return ACTIONS.has(name) ? { type: actionName(value) } : undefined;
}

const CODE = new Set(['context', 'input', 'output', 'types', 'schemas']);
const ACTIONS = new Set(['actions', 'entry', 'exit']);
const NAMELESS = 'an actor';
