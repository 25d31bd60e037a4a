// A world that notes what each step did: for the promises, for stories, and for runs on engines.
import { World, type Name, type Restart, type Script, type Server, type Step } from './specification.js';

/** A script that was run, and its answer. */
export type Call = { [S in Script]: CallOf<S> }[Script];
interface CallOf<S extends Script> {
  readonly script: S;
  readonly args: Parameters<Server[S]>;
  readonly answer: ReturnType<Server[S]>;
}

/** What was done to a worker, a lease (by its token) or the server. */
export type Fault =
  { readonly kill: Name } | { readonly expire: string } | { readonly restart: Restart; readonly back: number };

export interface TracedStep extends Step {
  /** Undefined where nothing reached the server, such as when a reply comes. */
  readonly event: Call | Fault | undefined;
  readonly world: TracedWorld;
}

export class TracedWorld extends World {
  event: Call | Fault | undefined;

  override steps(): readonly TracedStep[] {
    // Each step begins as a copy of this world, and has done nothing yet.
    const { event } = this;
    this.event = undefined;
    const steps = super.steps().map((step) => {
      const world = step.world as TracedWorld;
      return { ...step, world, event: world.event };
    });
    this.event = event;
    return steps;
  }

  override ask<S extends Script>(script: S, ...args: Parameters<Server[S]>): ReturnType<Server[S]> {
    const answer = super.ask(script, ...args);
    this.event = { script, args, answer } as unknown as Call;
    return answer;
  }

  override set(name: Name, change: Parameters<World['set']>[1]): void {
    super.set(name, change);
    if (change.state === 'dead') this.event = { kill: name };
  }

  override expire(job: string): void {
    this.event = { expire: this.server.record(job).lease ?? '' };
    super.expire(job);
  }

  override restart(restart: Restart, back: number): void {
    super.restart(restart, back);
    this.event = { restart, back };
  }
}

/** The step as a sentence, with what came of it. */
export function told({ text, event }: Pick<TracedStep, 'text' | 'event'>): string {
  return event && 'script' in event ? `${text}: ${answerOf(event)}` : text;
}

function answerOf(call: Call): string {
  switch (call.script) {
    case 'fetch': {
      if (call.answer === undefined) return 'nothing waits';
      const { job, token, fence } = call.answer;
      return `${job} is leased under ${token}, fence ${fence}`;
    }
    case 'settle':
      return `it is ${call.answer}`;
    case 'renew':
      return `lost are ${listed(call.answer)}`;
    default:
      return `gives back ${listed(call.answer)}`;
  }
}

function listed(names: readonly string[]): string {
  return names.join(', ') || 'nothing';
}
