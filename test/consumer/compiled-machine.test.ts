import { consumerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { createActor, fromCallback, type Actor } from 'xstate';
import { leasedJob } from '../delivery/leased-job.js';
import {
  compiledConsumer,
  type ChannelMessage,
  type ConsumerEvent,
  type RunnerOrder,
} from '../worker-inside/inside.js';

type Machine = typeof consumerMachine;

/** A consumer that writes down every state it was in and everything it said. */
class Recording {
  readonly said: unknown[] = [];
  readonly states: unknown[] = [];
  readonly #actor: Actor<Machine>;

  constructor(quicken: (machine: Machine) => Machine) {
    const channel = createActor(
      fromCallback<ChannelMessage>(({ receive }) =>
        receive(({ consumer: _consumer, ...said }) => this.said.push(said)),
      ),
    ).start();
    const runner = fromCallback<RunnerOrder>(({ receive }) => receive((order) => this.said.push(order)));
    this.#actor = createActor(quicken(consumerMachine.provide({ actors: { runner } })), { input: { channel } }).start();
  }

  send(event: ConsumerEvent): void {
    this.#actor.send(event);
    const { value, status, context, tags } = this.#actor.getSnapshot();
    const { channel: _channel, ...known } = context;
    this.states.push({ event: event.type, value, status, known, tags: [...tags] });
  }

  get isDone(): boolean {
    return this.#actor.getSnapshot().status === 'done';
  }
}

const plain = (machine: Machine) => machine;

describe('the compiled consumer', () => {
  it('takes the same states and says the same as XState, in 300,000 random events', function () {
    this.timeout(120_000);
    let events = 0;
    let rounds = 0;
    for (let seed = 1; events < 300_000; seed += 1) {
      const life = randomEvents(seed);
      const [byXState, compiled] = [new Recording(plain), new Recording(compiledConsumer)];
      for (const event of life) for (const consumer of [byXState, compiled]) consumer.send(event);
      expectSame(compiled, byXState, seed);
      events += life.length;
      rounds += byXState.said.length;
    }
    expect(rounds).to.be.greaterThan(50_000);
  });

  it('takes the two transitions of a delivery by itself, and none while it is inspected', () => {
    const byXState: string[] = [];
    const watch = (machine: Machine): Machine => {
      const transition: Machine['transition'] = (snapshot, event, scope) => {
        byXState.push(event.type);
        return machine.transition(snapshot, event, scope);
      };
      return Object.assign(Object.create(machine) as Machine, { transition });
    };
    let isInspected = false;
    const consumer = new Recording((machine) => compiledConsumer(watch(machine), () => isInspected));
    const round = () => {
      consumer.send({ type: 'handler.returned', result: 'null' });
      consumer.send({ type: 'settlement.stored', next: leasedJob({ id: 'next' }) });
    };
    consumer.send({ type: 'work.ready' });
    consumer.send({ type: 'delivery.received', delivery: leasedJob({ id: 'first' }) });
    round();
    expect(byXState).to.deep.equal([]);
    isInspected = true;
    round();
    expect(byXState).to.deep.equal(['handler.returned', 'settlement.stored']);
  });

  it('runs an action that is added to a state as often as the state is entered', () => {
    let entries = 0;
    const probe = (machine: Machine): Machine => {
      const count = () => {
        entries += 1;
      };
      const settling = machine.getStateNodeById('consumer.acking.settling');
      (settling.entry as unknown[]).push(count);
      return compiledConsumer(machine);
    };
    const consumer = new Recording(probe);
    consumer.send({ type: 'work.ready' });
    consumer.send({ type: 'delivery.received', delivery: leasedJob({ id: 'first' }) });
    for (let delivery = 1; delivery <= 10; delivery += 1) {
      consumer.send({ type: 'handler.returned', result: 'null' });
      consumer.send({ type: 'settlement.stored', next: leasedJob({ id: 'next' }) });
    }
    expect(entries).to.equal(10);
  });
});

// A deep comparison of chai costs more than all else here, and is only needed to say what differs.
function expectSame(found: Recording, expected: Recording, seed: number): void {
  for (const part of ['states', 'said'] as const) {
    if (JSON.stringify(found[part]) === JSON.stringify(expected[part])) continue;
    expect(found[part], `seed ${seed}`).to.deep.equal(expected[part]);
    expect.fail(`seed ${seed}: ${part} differ`);
  }
}

/** A life of mostly ordinary rounds, with anything in between. The same seed gives the same life. */
function randomEvents(seed: number): readonly ConsumerEvent[] {
  const draw = numbersFrom(seed);
  const job = () => leasedJob({ id: `job-${Math.floor(draw() * 1_000)}` });
  const anything: readonly (() => ConsumerEvent)[] = [
    () => ({ type: 'queue.empty' }),
    () => ({ type: 'settlement.refused' }),
    () => ({ type: 'settlement.interrupted' }),
    () => ({ type: 'connection.restored' }),
    () => ({ type: 'lease.lost' }),
    () => ({ type: 'handler.rejected', settlement: { kind: 'requeue' } }),
    () => ({ type: 'deadline.passed' }),
    () => ({ type: 'job.cancelled', why: 'a test' }),
    () => ({ type: 'settlement.stored', next: undefined }),
    ...(seed % 4 === 0 ? [() => ({ type: 'stop.requested' }) as const, () => ({ type: 'grace.ended' }) as const] : []),
  ];
  const ordinary = (): readonly ConsumerEvent[] => [
    { type: 'work.ready' },
    { type: 'delivery.received', delivery: job() },
    { type: 'handler.returned', result: String(draw()) },
    { type: 'settlement.stored', next: job() },
  ];
  return Array.from({ length: 25 }, () => {
    const odd = anything[Math.floor(draw() * anything.length * 3)];
    return odd ? [odd()] : ordinary();
  }).flat();
}

/** Park and Miller's generator: enough for a test, and the same on every machine. */
function numbersFrom(seed: number): () => number {
  let state = seed * 7_919;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
