import { chartOf, readChart } from '@acktor/chart';
import { consumerMachine } from '@acktor/worker';
import { expect } from 'chai';

describe('readChart', () => {
  it('takes a chart that travelled as JSON', () => {
    const chart = chartOf(consumerMachine);
    expect(readChart(JSON.parse(JSON.stringify(chart)))).to.deep.equal(chart);
  });

  it('takes nothing that is no chart', () => {
    const { root } = chartOf(consumerMachine);
    const endless: Record<string, unknown> = { ...root };
    endless['states'] = [endless];
    for (const data of [
      undefined,
      'chart',
      [],
      { id: 'a' },
      { id: 'a', root: { ...root, kind: 'odd' } },
      { id: 'a', root: endless },
    ])
      expect(readChart(data)).to.equal(undefined);
  });
});
