// One actor under test: events in, states and effects out, on an engine in memory whose time the test lets pass.
import {
  defaultJsonLimits,
  Operator,
  Producer,
  type ActorEvent,
  type ActorInput,
  type ActorSendOptions,
  type ActorViewOf,
  type AnyActor,
  type AnyJob,
  type Mailbox,
  type Receipt,
  type ResultInput,
  type TurnResult,
} from '@acktor/core';
import type { QueuedSend, Settlement } from '@acktor/core/engine';
import { encodeResult, invocationEndJob, readInvocation, type InvocationEnd } from '@acktor/core/internal';
import { memoryEngine, type Duration, type MemoryEngine } from '@acktor/testing';
import { Worker, type HostedActor, type TakeTurn, type TurnCommit, type WorkerOptions } from '@acktor/worker';
import { NotInvokedError } from '../errors.js';
import { computedTwice, effectsOf, SILENT, watched, type TurnEffect } from './watched-turns.js';

/** What {@link testActor} takes. */
export interface TestActorOptions {
  /** Handlers of the jobs that it invokes and sends. What is invoked without one waits until {@link TestedActor.answer}. */
  readonly handlers?: WorkerOptions['handlers'];
  /** Other types of actors, for those that it sends events to. */
  readonly actors?: readonly HostedActor[];
  /** When the time begins; now by default. */
  readonly startsAt?: Date;
}

/** What has come of one thing that was done to an actor. */
export interface Tested<A extends AnyActor> {
  /** How the actor stands now; undefined where there is none. */
  readonly state: ActorViewOf<A> | undefined;
  /** What became of the event; undefined where none was sent. */
  readonly outcome: TurnResult['outcome'] | undefined;
  /** What its turns have ordered, in their order. */
  readonly effects: readonly TurnEffect[];
}

/**
 * Makes a worker with one type of actors on an engine in memory, and resolves with the actor of that id, which need not be started. Time stands
 * still but for {@link TestedActor.advance}. Every turn is computed twice, and differing results reject: a logic that reads a clock is not pure.
 * @example
 * await using o = await testActor(order, 'o-1');
 * await o.start({ cents: 450 });
 * const { state, effects } = await o.answer(chargeCard, { receipt: 'r-1' });
 * await o.advance({ hours: 1 });
 */
export async function testActor<A extends AnyActor & HostedActor>(
  actor: A,
  id: string,
  { handlers = [], actors = [], startsAt }: TestActorOptions = {},
): Promise<TestedActor<A>> {
  const engine = memoryEngine(startsAt && { startsAt });
  const seen: Seen = { effects: [], failures: [], invoked: new Map() };
  const own = watched(computedTwice(actor), (take) => recorded(take, { id, actor, seen }));
  const hosted = [own, ...actors.map(computedTwice)];
  const worker = await Worker.start({ engine, handlers, actors: hosted, consumers: 4, logger: SILENT });
  const [producer, operator] = await Promise.all([Producer.connect({ engine }), Operator.connect({ engine })]);
  return new TestedActor({ actor, id, engine, producer, operator, worker, seen });
}

/** What its turns have come to since the test last looked. */
interface Seen {
  readonly effects: TurnEffect[];
  readonly failures: Error[];
  /** The jobs that it has invoked, by their ids. */
  readonly invoked: Map<string, QueuedSend>;
}

interface Recorded {
  readonly id: string;
  readonly actor: AnyActor;
  readonly seen: Seen;
}

function recorded(take: TakeTurn, { id, actor, seen }: Recorded): TakeTurn {
  return async (delivery) => {
    const isOwn = (delivery.data as { readonly to: string }).to === id;
    try {
      const end = await take(delivery);
      if (isOwn && 'write' in end && end.write) look(end, actor, seen);
      return end;
    } catch (error) {
      seen.failures.push(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
}

function look(end: TurnCommit, { mailbox }: AnyActor, { effects, invoked }: Seen): void {
  effects.push(...effectsOf(end, mailbox));
  for (const send of end.sends) if (send.job.flow !== undefined) invoked.set(send.job.id, send);
}

interface TestedParts<A extends AnyActor> {
  readonly actor: A;
  readonly id: string;
  readonly engine: MemoryEngine;
  readonly producer: Producer;
  readonly operator: Operator;
  readonly worker: Worker;
  readonly seen: Seen;
}

/**
 * One actor under test. Each of its methods resolves once nothing is left to do at the present time, and rejects with what a turn or an action
 * has thrown: it is tried again when the time of its `backoff` has passed, as in production.
 */
export class TestedActor<A extends AnyActor> implements AsyncDisposable {
  readonly #parts: TestedParts<A>;

  /** Only for {@link testActor}. */
  constructor(parts: TestedParts<A>) {
    this.#parts = parts;
  }

  /** The engine, for what other jobs it was sent: `expectSent(o.engine, sendMail)`. */
  get engine(): MemoryEngine {
    return this.#parts.engine;
  }

  /** For other actors and jobs. */
  get producer(): Producer {
    return this.#parts.producer;
  }

  start(input: ActorInput<A>): Promise<Tested<A>> {
    return this.#after(this.#address.start(input));
  }

  send(event: ActorEvent<A>, options: ActorSendOptions = {}): Promise<Tested<A>> {
    return this.#after(this.#address.send(event, options));
  }

  stop(): Promise<Tested<A>> {
    return this.#after(this.#address.stop());
  }

  /** Lets time pass, from one timer to the next, as `memoryEngine().advance()` does. */
  async advance(duration: Duration): Promise<Tested<A>> {
    await this.engine.advance(duration);
    return this.#tested(undefined);
  }

  /** Ends the job that it has invoked, the one of that invocation where several are open, with a result. @throws NotInvokedError; ResultError. */
  async answer<J extends AnyJob>(job: J, result: ResultInput<J>, options: EndOptions = {}): Promise<Tested<A>> {
    const json = await encodeResult(job, result, defaultJsonLimits);
    return this.#end(job, { json }, options);
  }

  /** Ends the job that it has invoked as a dead letter. @throws NotInvokedError. */
  fail(job: AnyJob, reason: string, options: EndOptions = {}): Promise<Tested<A>> {
    return this.#end(job, { reason }, options);
  }

  /** How it stands; undefined where there is none. */
  snapshot(): Promise<ActorViewOf<A> | undefined> {
    return this.#address.snapshot();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { producer, operator, worker } = this.#parts;
    await Promise.all([producer.close(), operator.close(), worker.close()]);
  }

  get #address() {
    const { producer, actor, id } = this.#parts;
    return producer.actor(actor, id);
  }

  async #after(sending: Promise<Receipt<Mailbox>>): Promise<Tested<A>> {
    const receipt = await sending;
    await this.#quiet();
    if (this.#parts.seen.failures.length > 0) return this.#tested(undefined);
    const { outcome } = await receipt.result({ timeoutMs: PATIENCE_MS });
    return this.#tested(outcome);
  }

  async #end(job: AnyJob, end: InvocationEnd, { invocation }: EndOptions): Promise<Tested<A>> {
    const { actor, id, operator, seen } = this.#parts;
    const open = (await operator.actors(actor.queue).actor(actor.name, id))?.invocations ?? [];
    const wanted = open.find(({ id: own, queue, jobId }) => {
      const isOf = queue === job.queue && seen.invoked.get(jobId)?.job.name === job.name;
      return isOf && (invocation === undefined || own === invocation);
    });
    const place = wanted && readInvocation(seen.invoked.get(wanted.jobId)?.job.flow ?? '');
    if (wanted === undefined || place === undefined) throw new NotInvokedError(id, job.name);
    const sends = [{ queue: place.queue, job: invocationEndJob(place, end, wanted.jobId) }];
    this.engine.end(job, wanted.jobId, { ...settlementOf(end), sends });
    await this.#quiet();
    return this.#tested(undefined);
  }

  async #quiet(): Promise<void> {
    await this.engine.drain({ unconsumed: 'leave', withinMs: PATIENCE_MS });
  }

  async #tested(outcome: TurnResult['outcome'] | undefined): Promise<Tested<A>> {
    const { seen } = this.#parts;
    const [failure] = seen.failures.splice(0);
    if (failure !== undefined) throw failure;
    const effects = seen.effects.splice(0);
    return { state: await this.snapshot(), outcome, effects };
  }
}

/** Which of its invocations is ended. */
export interface EndOptions {
  /** The `id` of the `invoke`; by default any of this job. */
  readonly invocation?: string;
}

function settlementOf(end: InvocationEnd): Settlement {
  if ('json' in end) return { kind: 'ack', result: end.json };
  return { kind: 'deadLetter', failure: { reason: end.reason, stack: undefined } };
}

/** Of the machine's time, as `memoryEngine().drain()` waits. */
const PATIENCE_MS = 5_000;
