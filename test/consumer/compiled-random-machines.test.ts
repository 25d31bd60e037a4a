import { expect } from 'chai';
import { assign, createActor, fromCallback, raise, sendTo, setup, type Actor, type AnyStateMachine } from 'xstate';
import { compiledMachine } from '../worker-inside/inside.js';

const EVENTS = ['a', 'b', 'c', 'd'] as const;
/** Of 200 events each. A change of the compiler deserves 3,500. */
const MACHINES = Number(process.env.ACKTOR_RANDOM_MACHINES ?? 1_000);

type Event = { readonly type: (typeof EVENTS)[number] } | { readonly type: 'raised' };

interface Context {
  readonly count: number;
  readonly last: string;
}

/** What is compared of a snapshot, which XState types as `any`. */
interface Known {
  readonly value: unknown;
  readonly status: string;
  readonly context: unknown;
  readonly tags: ReadonlySet<string>;
}

/** All that a machine did, in the order in which it did it. */
type Journal = unknown[];

describe('a compiled machine', () => {
  it('does what XState does, on machines made at random, in 200 events each', function () {
    this.timeout(120_000);
    let moves = 0;
    for (let seed = 1; seed <= MACHINES; seed += 1) {
      const byXState = journalOf(seed, (machine) => machine);
      const compiled = journalOf(seed, compiledMachine);
      moves += byXState.length;
      if (JSON.stringify(compiled) === JSON.stringify(byXState)) continue;
      expect(compiled, `seed ${seed}`).to.deep.equal(byXState);
      expect.fail(`seed ${seed}: the journals differ`);
    }
    expect(moves).to.be.greaterThan(MACHINES * 200);
  });

  const own = setup({ types: { context: {} as Context, events: {} as Event } });

  it('is refused with parallel states, naming the state', () => {
    const machine = own.createMachine({
      id: 'two-hands',
      context: { count: 0, last: '' },
      type: 'parallel',
      states: { left: {}, right: {} },
    });
    expect(() => compiledMachine(machine)).to.throw(/"two-hands" cannot be compiled: two-hands is a parallel state/);
  });

  it('is refused with an action that it does not have, naming the action', () => {
    const machine = own.createMachine({
      id: 'forgetful',
      context: { count: 0, last: '' },
      initial: 'here',
      states: { here: { on: { a: { actions: 'unheardOf' as never } } } },
    });
    expect(() => compiledMachine(machine)).to.throw(/"forgetful" cannot be compiled: it has no action "unheardOf"/);
  });
});

/** Lives the same random life on the machine of the seed. */
function journalOf(seed: number, prepare: (machine: AnyStateMachine) => AnyStateMachine): Journal {
  const journal: Journal = [];
  const draw = numbersFrom(seed);
  const machine = prepare(randomMachine(draw, journal));
  const clock = { setTimeout: () => 0, clearTimeout: () => undefined };
  const actor: Actor<AnyStateMachine> = createActor(machine, { clock });
  // What a random machine throws, it throws in both ways.
  actor.subscribe({ error: (error) => journal.push(['failed', String(error)]) });
  actor.start();
  const lifeDraw = numbersFrom(seed + 1_000_003);
  for (let event = 0; event < 200; event += 1) {
    actor.send({ type: pick(lifeDraw, EVENTS) });
    const known: Known = actor.getSnapshot();
    journal.push([known.value, known.status, known.context, ...known.tags]);
  }
  actor.stop();
  return journal;
}

function randomMachine(draw: () => number, journal: Journal): AnyStateMachine {
  const names = new Set<string>();
  const machine = setup({
    types: { context: {} as Context, events: {} as Event },
    actors: { child: fromCallback<Event>(({ receive }) => receive((event) => journal.push(['child', event.type]))) },
    guards: {
      isEven: ({ context }) => context.count % 2 === 0,
      isThird: ({ context }) => context.count % 3 === 0,
      isAfter: ({ context }, params: { readonly last: string }) => context.last === params.last,
    },
    actions: {
      count: assign(({ context }) => ({ count: context.count + 1 })),
      remember: assign({ last: ({ event }) => event.type }),
      note: ({ context, event }, params: { readonly as: string } | undefined) =>
        void journal.push(['note', context.count, event.type, params?.as]),
      say: sendTo('child', ({ event }) => event),
      // Never in answer to itself, which would go round for ever.
      sayToSelf: sendTo(
        ({ self, event }) => (EVENTS.some((type) => type === event.type) ? self : 'child'),
        () => ({ type: 'raised' }) as const,
      ),
      raise: raise({ type: 'raised' }),
    },
  });
  const root = randomState(draw, names, 0);
  return machine.createMachine({
    ...root,
    context: { count: 0, last: '' },
    invoke: { src: 'child', id: 'child' },
    options: { maxIterations: 30 },
  } as never) as unknown as AnyStateMachine;
}

/** A state with states within, down to three levels; every state has an id that any other may lead to. */
function randomState(draw: () => number, names: Set<string>, depth: number): object {
  const id = `s${names.size}`;
  names.add(id);
  const isCompound = depth === 0 || (depth < 3 && draw() < 0.45);
  const children = isCompound ? Array.from({ length: 1 + Math.floor(draw() * 3) }, (_, at) => `c${at}`) : [];
  const states = Object.fromEntries(children.map((key) => [key, randomState(draw, names, depth + 1)]));
  const isFinal = !isCompound && draw() < 0.04;
  if (isFinal) return { id, type: 'final', entry: actions(draw) };
  const initial = draw() < 0.3 ? { target: 'c0', actions: actions(draw) } : 'c0';
  return {
    id,
    entry: actions(draw),
    exit: actions(draw),
    ...(isCompound && { initial, states }),
    ...rareParts(draw, id),
    on: Object.fromEntries(
      [...EVENTS, 'raised', ...(draw() < 0.03 ? ['*'] : [])]
        .filter(() => draw() < 0.5)
        .map((event) => [event, Array.from({ length: 1 + Math.floor(draw() * 2) }, () => edge(draw, names))]),
    ),
  };
}

/** What XState runs itself, and tags. */
function rareParts(draw: () => number, id: string): object {
  return {
    ...(draw() < 0.3 && { tags: [id] }),
    ...(draw() < 0.03 && { always: { guard: 'isThird', actions: 'count', target: '#s1' } }),
    ...(draw() < 0.03 && { after: { 1_000: '#s1' } }),
    ...(draw() < 0.05 && { onDone: { target: '#s1' } }),
  };
}

function edge(draw: () => number, names: Set<string>): object {
  const guards = ['isEven', 'isThird', { type: 'isAfter', params: { last: 'a' } }];
  return {
    ...(draw() < 0.5 && { guard: pick(draw, guards) }),
    ...(draw() < 0.75 && { target: `#${pick(draw, [...names])}` }),
    ...(draw() < 0.2 && { reenter: true }),
    actions: actions(draw),
  };
}

function actions(draw: () => number): readonly unknown[] {
  const known = ['count', 'remember', 'note', { type: 'note', params: { as: 'x' } }, 'say', 'count', 'note'];
  const rare = ['raise', 'sayToSelf'];
  const length = Math.floor(draw() * 3);
  return Array.from({ length }, () => (draw() < 0.02 ? pick(draw, rare) : pick(draw, known)));
}

function pick<Item>(draw: () => number, from: readonly Item[]): Item {
  const item = from[Math.floor(draw() * from.length)];
  if (item === undefined) throw new Error('expected something to pick from');
  return item;
}

/** Park and Miller's generator: enough for a test, and the same on every machine. */
function numbersFrom(seed: number): () => number {
  let state = (seed * 7_919) % 2_147_483_647;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
