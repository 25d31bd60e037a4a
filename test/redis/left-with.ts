// What somebody has left with a signal: listeners, and the signals that depend on it.
import { getEventListeners } from 'node:events';

/** How many of both. A signal keeps its dependants in a set under a symbol of Node's own (20, 22). */
export function leftWith(signal: AbortSignal): number {
  const name = Object.getOwnPropertySymbols(signal).find(({ description }) => description === 'kDependantSignals');
  // A set of Node's own, which is no instance of ours.
  const dependants = name && (Reflect.get(signal, name) as { readonly size: number } | null | undefined);
  return getEventListeners(signal, 'abort').length + (dependants?.size ?? 0);
}
