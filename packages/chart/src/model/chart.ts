// A state chart as plain data: what every printer and every layout draws from.

/** A whole chart. Holds only texts, booleans and lists of them, so that it may be written as JSON. */
export interface Chart {
  /** The machine's id. */
  readonly id: string;
  /** The machine's own node; its id is the machine's, and its children are the states of the first level. */
  readonly root: ChartState;
}

/** One state and what lies within it, in the order of the definition. */
export interface ChartState {
  /** Unique in the chart: `consumer.processing.lost`. */
  readonly id: string;
  /** Its name among its siblings: `lost`. */
  readonly name: string;
  readonly kind: ChartStateKind;
  readonly description: string | undefined;
  /** The ids of the states that it begins in: one for a compound state, none for the others. */
  readonly initial: readonly string[];
  readonly transitions: readonly ChartTransition[];
  readonly states: readonly ChartState[];
}

/** `compound` has one active child, `parallel` has all of them active; `history` stands for the last active one. */
export type ChartStateKind = 'atomic' | 'compound' | 'parallel' | 'final' | 'history';

/** One way out of a state, or a reaction within it. */
export interface ChartTransition {
  readonly source: string;
  /** The ids of the states it leads to; empty for a reaction that leaves the state as it is. */
  readonly targets: readonly string[];
  /** What sets it off, in words: an event's name, `after drainTime`, `always`, `any event`. */
  readonly trigger: string;
  /** Its guard's name, `not` and `and` written out; undefined when nothing is asked. */
  readonly guard: string | undefined;
  readonly actions: readonly string[];
}
