// What a turn needs of an actor's logic, whatever it is written in: a state and an event give the next state and what is to be done because of it.
import type { ActorEventObject, AnyJob } from '@acktor/core';

/** What is to be done because of an event, in its order. Nothing of it is done before the state is stored. */
export type Effect =
  /** A timer: its event comes after so long. One of the same name is armed anew. */
  | {
      readonly type: 'schedule';
      readonly timer: string;
      readonly delayMs: number;
      readonly event: ActorEventObject;
    }
  | { readonly type: 'cancel'; readonly timer: string }
  /** A job whose end comes back as an event. */
  | { readonly type: 'invoke'; readonly invocation: string; readonly job: AnyJob; readonly input: unknown }
  /** The end of that job is not wanted any more. */
  | { readonly type: 'stop'; readonly invocation: string }
  | { readonly type: 'send'; readonly job: AnyJob; readonly data: unknown; readonly key?: string | undefined }
  | {
      readonly type: 'act';
      readonly name: string;
      readonly params: unknown;
      readonly context: unknown;
      readonly event: ActorEventObject;
    };

/** A state, and what came of the event that led to it. */
export interface Step {
  readonly status: 'active' | 'done';
  /** Plain data, by which the logic goes on. */
  readonly snapshot: unknown;
  readonly tags: readonly string[];
  readonly effects: readonly Effect[];
}

/** One run of an action, after the state that it belongs to was stored. */
export interface ActionRun {
  readonly context: unknown;
  readonly event: ActorEventObject;
  readonly params: unknown;
  /** The same in each of its runs, and in those of no other action: for a service that takes a thing once by such a key. */
  readonly id: string;
  readonly signal: AbortSignal;
}

/** The logic of one type of actors. Pure, but for `act`. */
export interface DurableLogic {
  /** @throws what the logic throws. */
  start(input: unknown): Step;
  /** Undefined where no state takes the event. @throws what the logic throws. */
  step(snapshot: unknown, event: ActorEventObject): Step | undefined;
  /** Runs an action by its name. */
  act(name: string, run: ActionRun): Promise<void>;
}
