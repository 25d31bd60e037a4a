import { consumerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { createActor, fromCallback, type Actor } from 'xstate';
import { leasedJob } from '../delivery/leased-job.js';
import { withHotSteps, type ChannelMessage, type ConsumerEvent, type RunnerOrder } from '../worker-inside/inside.js';

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

  hears(event: ConsumerEvent): void {
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

describe("a consumer's hot steps", () => {
  it('lead to the same states and say the same as the chart, on 400 random lives', () => {
    let hotLives = 0;
    for (let seed = 1; seed <= 400; seed += 1) {
      const events = randomEvents(seed);
      const [byChart, byHotSteps] = [new Recording(plain), new Recording(withHotSteps)];
      for (const event of events) for (const consumer of [byChart, byHotSteps]) consumer.hears(event);
      expect(byHotSteps.states, `seed ${seed}`).to.deep.equal(byChart.states);
      expect(byHotSteps.said, `seed ${seed}`).to.deep.equal(byChart.said);
      if (byChart.said.length > 20) hotLives += 1;
    }
    expect(hotLives).to.be.greaterThan(100);
  });

  it('are not taken while somebody watches', () => {
    const general: string[] = [];
    const watch = (machine: Machine): Machine => {
      const transition: Machine['transition'] = (snapshot, event, scope) => {
        general.push(event.type);
        return machine.transition(snapshot, event, scope);
      };
      return Object.assign(Object.create(machine) as Machine, { transition });
    };
    let isWatched = false;
    const consumer = new Recording((machine) => withHotSteps(watch(machine), () => isWatched));
    const round = () => {
      consumer.hears({ type: 'handler.returned', result: 'null' });
      consumer.hears({ type: 'settlement.stored', next: leasedJob({ id: 'next' }) });
    };
    consumer.hears({ type: 'work.ready' });
    consumer.hears({ type: 'delivery.received', delivery: leasedJob({ id: 'first' }) });
    round();
    general.length = 0;
    round();
    expect(general).to.deep.equal([]);
    isWatched = true;
    round();
    expect(general).to.deep.equal(['handler.returned', 'settlement.stored']);
  });
});

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
