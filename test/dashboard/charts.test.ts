import { chartOf } from '@acktor/chart';
import { consumerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { createMachine } from 'xstate';
import { drawChart, drawnCharts } from './dashboard-inside.js';

describe('the charts of the dashboard', () => {
  it('has those of this version that workers are on before any worker is there, and no others', () => {
    expect(drawnCharts.map(({ machineId }) => machineId)).to.deep.equal(['consumer', 'worker']);
  });

  it('lays a machine of this version not out again', async () => {
    const [consumer] = drawnCharts;
    expect(await drawChart(sent(consumerMachine))).to.equal(consumer);
  });

  it('draws another machine of the same name as it is', async () => {
    const other = createMachine({ id: 'consumer', initial: 'one', states: { one: {} } });
    const { states } = await drawChart(sent(other));
    expect(states.map(({ state }) => state)).to.deep.equal(['one']);
  });

  it('explains every state of Acktor’s own', () => {
    const silent = drawnCharts.flatMap(({ states }) => states.filter(({ description }) => !description));
    expect(silent).to.deep.equal([]);
  });
});

/** A definition as a worker sends it. */
function sent(machine: Parameters<typeof chartOf>[0]) {
  return { id: machine.id, definition: JSON.parse(JSON.stringify(chartOf(machine))) as Record<string, unknown> };
}
