import { chartOf, layoutChart, svg } from '@acktor/chart';
import { consumerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { createMachine } from 'xstate';

describe('svg', () => {
  it('draws a box for every state, a curve for every arrow, and every label', async () => {
    const chart = chartOf(consumerMachine);
    const { states, arrows } = await layoutChart(chart);
    const drawing = await svg(chart);
    expect(drawing.match(/<rect /g)).to.have.length(states.length);
    for (const { path } of arrows) expect(drawing).to.contain(`d="${path}"`);
    for (const { name } of states) expect(drawing).to.contain(`>${name}</text>`);
    for (const label of arrows.flatMap(({ labels }) => labels)) expect(drawing).to.contain(`>${label}</text>`);
  });

  it('gives the same text every time', async () => {
    const chart = chartOf(consumerMachine);
    expect(await svg(chart, { open: [] })).to.equal(await svg(chart, { open: [] }));
  });

  it("lets no sign of a user's end its text", async () => {
    const odd = createMachine({ id: '<id>', initial: 'a&"b', states: { 'a&"b': { on: { '<script>': 'c' } }, c: {} } });
    const drawing = await svg(chartOf(odd));
    expect(drawing).to.contain('>a&amp;&quot;b</text>').and.contain('&lt;script&gt;');
    expect(drawing).not.to.contain('<script>');
    const turning = createMachine({ id: 'm', initial: 'a\u0007\u202E', states: { 'a\u0007\u202E': {} } });
    expect(await svg(chartOf(turning))).to.contain('>a\\u0007\\u202e</text>');
  });

  it('asks for nothing from outside', async () => {
    const drawing = await svg(chartOf(consumerMachine));
    expect(drawing.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.to.match(
      /https?:|href|@import|url\((?!#tip)/,
    );
  });

  it("is legible in the README: no text of the consumer's chart is below 11 pixels at the 828 that a page has", async () => {
    const drawn = await readFile(new URL('../../../docs/charts/consumer.svg', import.meta.url), 'utf8');
    const width = Number(/ width="(\d+)"/.exec(drawn)?.[1]);
    const sizes = [...drawn.matchAll(/font(?:-size)?:(\d+)px/g)].map(([, px]) => Number(px));
    expect(Math.min(...sizes) * Math.min(1, 828 / width)).to.be.at.least(11);
  });
});
