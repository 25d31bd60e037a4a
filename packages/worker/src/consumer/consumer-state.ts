// What a consumer does, for people: who it is, where on its chart it stands, and what it holds.
import type { StateValue } from 'xstate';

/** One consumer at one moment. */
export interface ConsumerState {
  /** The consumer's name: its queue and a number. */
  readonly consumer: string;
  readonly queue: string;
  /** Its state with the state within, such as `processing.handling`. */
  readonly state: string;
  /** The job it holds; undefined when it holds none. */
  readonly jobId: string | undefined;
  /** For how long it has held that job, in milliseconds. */
  readonly heldForMs: number | undefined;
  /** A handler that was told to let go and still runs, though its delivery is over; undefined when there is none. */
  readonly stuck: StuckState | undefined;
}

/** Whose handler does not let go. */
export interface StuckState {
  readonly jobId: string;
  /** How long ago it was told to, in milliseconds. */
  readonly forMs: number;
}

/** A state and the states within, joined by dots; the regions of a parallel state stand beside each other: `on.loud|on.red`. */
export function dottedState(value: StateValue): string {
  return innermost(value).join('|');
}

function innermost(value: StateValue): readonly string[] {
  if (typeof value === 'string') return [value];
  return Object.entries(value).flatMap(([outer, inner]) => {
    const within = inner === undefined ? [] : innermost(inner);
    return within.length === 0 ? [outer] : within.map((state) => `${outer}.${state}`);
  });
}
