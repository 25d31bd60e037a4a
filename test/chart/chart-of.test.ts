import { chartOf, consumerMachine, type ChartState, type ChartTransition } from '@acktor/worker';
import { expect } from 'chai';
import { and, fromPromise, not, setup } from 'xstate';

const oven = setup({
  actors: { bake: fromPromise(() => Promise.resolve()) },
  guards: { isHot: () => true, isOpen: () => false },
  actions: { ring: () => undefined },
  delays: { coolingTime: 10 },
}).createMachine({
  id: 'oven',
  initial: 'off',
  states: {
    off: { description: 'Cold.', on: { lit: [{ guard: 'isHot', target: 'on' }, { actions: 'ring' }] } },
    on: {
      initial: 'heating',
      invoke: { src: 'bake', onDone: 'done', onError: 'off' },
      states: {
        heating: { on: { hot: { guard: and(['isHot', not('isOpen')]), target: 'holding' } } },
        holding: {
          after: { coolingTime: 'heating', 5000: 'heating' },
          always: { guard: 'isOpen', target: '#oven.off' },
        },
      },
      on: { '*': { actions: 'ring' } },
    },
    done: { type: 'final' },
  },
});

describe('chartOf', () => {
  const { id, root } = chartOf(oven);

  it('keeps the states in the order of the definition, each within its parent', () => {
    expect(id).to.equal('oven');
    expect(root.states.map(({ name }) => name)).to.deep.equal(['off', 'on', 'done']);
    expect(stateOf(root, 'oven.on').states.map(({ id: child }) => child)).to.deep.equal([
      'oven.on.heating',
      'oven.on.holding',
    ]);
  });

  it('has the kind, the initial states and the description of each state', () => {
    expect(stateOf(root, 'oven.off')).to.include({ kind: 'atomic', description: 'Cold.' });
    expect(stateOf(root, 'oven.on')).to.include({ kind: 'compound', description: undefined });
    expect(stateOf(root, 'oven.on').initial).to.deep.equal(['oven.on.heating']);
    expect(stateOf(root, 'oven.done').kind).to.equal('final');
  });

  it('keeps every transition of an event, with its guard, its targets and its actions', () => {
    expect(stateOf(root, 'oven.off').transitions).to.deep.equal([
      { source: 'oven.off', targets: ['oven.on'], trigger: 'lit', guard: 'isHot', actions: [] },
      { source: 'oven.off', targets: [], trigger: 'lit', guard: undefined, actions: ['ring'] },
    ]);
  });

  it("says XState's own events and guards in words", () => {
    expect(triggersOf(root, 'oven.on')).to.have.members(['bake done', 'bake failed', 'any event']);
    expect(triggersOf(root, 'oven.on.holding')).to.have.members(['after coolingTime', 'after 5000 ms', 'always']);
    expect(stateOf(root, 'oven.on.heating').transitions[0]?.guard).to.equal('(isHot and not isOpen)');
  });

  it('is data that survives being written as JSON', () => {
    const written = JSON.stringify(chartOf(consumerMachine));
    expect(JSON.stringify(JSON.parse(written))).to.equal(written);
  });

  it('names only states of the chart as sources, targets and beginnings', () => {
    const chart = chartOf(consumerMachine);
    const ids = statesWithin(chart.root).map(({ id: stateId }) => stateId);
    const named = statesWithin(chart.root).flatMap(({ initial, transitions }) => [
      ...initial,
      ...transitions.flatMap(endsOf),
    ]);
    expect(ids).to.include.members(named);
  });
});

function statesWithin(state: ChartState): readonly ChartState[] {
  return [state, ...state.states.flatMap(statesWithin)];
}

function stateOf(root: ChartState, id: string): ChartState {
  const found = statesWithin(root).find((state) => state.id === id);
  if (found === undefined) throw new Error(`no state ${id}`);
  return found;
}

function triggersOf(root: ChartState, id: string): readonly string[] {
  return stateOf(root, id).transitions.map(({ trigger }) => trigger);
}

function endsOf({ source, targets }: ChartTransition): readonly string[] {
  return [source, ...targets];
}
