import { chartOf, layoutChart, type ArrowPath, type ChartLayout, type StateBox } from '@acktor/chart';
import { consumerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { createMachine } from 'xstate';

describe('layoutChart', () => {
  let whole: ChartLayout;
  let closed: ChartLayout;

  before(async () => {
    const chart = chartOf(consumerMachine);
    whole = await layoutChart(chart);
    closed = await layoutChart(chart, { open: [], labels: 'figures' });
  });

  it("puts the states of the first level from left to right, in the order of a job's life", () => {
    const life = ['idle', 'fetching', 'processing', 'acking', 'rejecting', 'stopped'];
    for (const layout of [whole, closed]) {
      const places = life.map((state) => stateOf(layout, state).x);
      expect(places).to.deep.equal(places.toSorted((one, other) => one - other));
    }
  });

  it('draws what lies within a state inside its box, and lets no two siblings overlap', () => {
    for (const inner of whole.states) {
      if (inner.parent !== undefined) expect(lies(inner, stateOf(whole, inner.parent)), inner.state).to.equal(true);
      const siblings = whole.states.filter((other) => other.parent === inner.parent && other !== inner);
      expect(siblings.filter((other) => overlap(inner, other)).map(({ state }) => state)).to.deep.equal([]);
    }
  });

  it('begins and ends every arrow at the edge of its states', () => {
    for (const layout of [whole, closed]) {
      for (const arrow of layout.arrows) {
        const [start, end] = endsOf(arrow);
        expect(touches(start, stateOf(layout, arrow.from)), `${arrow.from} of ${arrow.path}`).to.equal(true);
        expect(touches(end, stateOf(layout, arrow.to)), `${arrow.to} of ${arrow.path}`).to.equal(true);
      }
    }
  });

  it('leads the arrows of what is folded to the closed state around it, each pair once', () => {
    expect(closed.states.filter(({ isFolded }) => isFolded).map(({ state }) => state)).to.deep.equal([
      'processing',
      'acking',
      'rejecting',
    ]);
    const pairs = closed.arrows.map(({ from, to }) => `${from} → ${to}`);
    expect(pairs).to.include.members(['processing → acking', 'processing → fetching', 'acking → processing']);
    expect(new Set(pairs).size).to.equal(pairs.length);
    expect(closed.arrows.filter(({ from, to }) => from === to)).to.deep.equal([]);
  });

  it('opens only the given states', async () => {
    const layout = await layoutChart(chartOf(consumerMachine), { open: ['processing'] });
    const inner = layout.states.filter(({ parent }) => parent !== undefined).map(({ state }) => state);
    expect(inner).to.deep.equal([
      'processing.handling',
      'processing.cancelling',
      'processing.lost',
      'processing.abandoned',
    ]);
  });

  it('lays open states out apart: arrows between siblings only, in less than half of the width', async () => {
    const apart = await layoutChart(chartOf(consumerMachine), { inside: 'apart', labels: 'figures' });
    const parents = new Map(apart.states.map(({ state, parent }) => [state, parent]));
    for (const { from, to } of apart.arrows) expect(parents.get(from), `${from} → ${to}`).to.equal(parents.get(to));
    const pairs = apart.arrows.map(({ from, to }) => `${from} → ${to}`);
    expect(pairs).to.include.members(['processing → rejecting', 'processing.handling → processing.cancelling']);
    expect(apart.width).to.be.below(whole.width / 2);
  });

  it('leads a transition of the open state itself, and of the machine, from each state in it that can take it', async () => {
    const machine = createMachine({
      id: 'order',
      initial: 'open',
      on: { cancel: '.cancelled' },
      states: {
        open: { initial: 'new', on: { reset: '.new' }, states: { new: {}, paid: {}, sent: {} } },
        held: {},
        cancelled: { type: 'final' },
      },
    });
    const { arrows } = await layoutChart(chartOf(machine), { inside: 'apart', labels: 'figures' });
    expect(arrows.map(({ from, to }) => `${from} → ${to}`)).to.have.members([
      'open → cancelled',
      'held → cancelled',
      'open.paid → open.new',
      'open.sent → open.new',
    ]);
  });

  it('leaves states out, and draws an arrow to a state beside its own straight', async () => {
    const layout = await layoutChart(chartOf(consumerMachine), {
      open: [],
      labels: 'figures',
      without: ['stopped'],
      beside: [['acking', 'rejecting']],
    });
    expect(layout.states.map(({ state }) => state)).to.not.include('stopped');
    expect(stateOf(layout, 'acking').x).to.equal(stateOf(layout, 'rejecting').x);
    const arrow = layout.arrows.find(({ from, to }) => from === 'acking' && to === 'rejecting');
    expect(arrow?.path).to.match(/^M[\d.]+ [\d.]+L[\d.]+ [\d.]+$/);
  });

  it('gives the same places every time', async () => {
    expect(await layoutChart(chartOf(consumerMachine))).to.deep.equal(whole);
  });
});

function stateOf({ states }: ChartLayout, state: string): StateBox {
  const found = states.find((place) => place.state === state);
  if (!found) throw new Error(`the layout has no ${state}`);
  return found;
}

function lies(inner: StateBox, outer: StateBox): boolean {
  return (
    inner.x > outer.x &&
    inner.y > outer.y &&
    inner.x + inner.width < outer.x + outer.width &&
    inner.y + inner.height < outer.y + outer.height
  );
}

function overlap(one: StateBox, other: StateBox): boolean {
  const apart =
    one.x + one.width <= other.x ||
    other.x + other.width <= one.x ||
    one.y + one.height <= other.y ||
    other.y + other.height <= one.y;
  return !apart;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function endsOf({ path }: ArrowPath): readonly [Point, Point] {
  const numbers = path
    .split(/[A-Z ]+/)
    .filter((text) => text !== '')
    .map(Number);
  const [x = 0, y = 0] = numbers;
  const [endX = 0, endY = 0] = numbers.slice(-2);
  return [
    { x, y },
    { x: endX, y: endY },
  ];
}

function touches({ x, y }: Point, box: StateBox): boolean {
  const nearX = Math.min(Math.abs(x - box.x), Math.abs(x - box.x - box.width)) < 1;
  const nearY = Math.min(Math.abs(y - box.y), Math.abs(y - box.y - box.height)) < 1;
  const withinX = x > box.x - 1 && x < box.x + box.width + 1;
  const withinY = y > box.y - 1 && y < box.y + box.height + 1;
  return (nearX && withinY) || (nearY && withinX);
}
