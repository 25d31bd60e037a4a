// The chart holds still while the fleet works, and fits: measured in the page.
import { expect } from 'chai';
import { note } from '../jobs/notes.js';
import { describeInBrowser } from './in-browser.js';
import { OpenedPage } from './opened-page.js';
import { watchedFleet } from './watched-fleet.js';

/** Sums what Chromium counts as moved without the person's doing (Cumulative Layout Shift). */
const recordShifts = `
  window.shifts = [];
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) {
      window.shifts.push(entry.value);
      for (const { node, previousRect, currentRect } of entry.sources)
        window.moved.push([node?.className ?? node?.nodeName, previousRect.y, currentRect.y, currentRect.x, entry.value].join(' '));
    }
  }).observe({ type: 'layout-shift', buffered: true });
`;
const shiftSum = 'window.shifts.reduce((sum, value) => sum + value, 0)';

/** The texts of the chart that are below 11 pixels, or not within what is seen of it. */
const unreadable = `(() => {
  const sheet = document.querySelector('.chart-sheet');
  const seen = sheet.getBoundingClientRect();
  const scale = document.querySelector('.chart').getScreenCTM().a;
  return [...document.querySelectorAll('.chart text')].filter((text) => text.textContent !== '').flatMap((text) => {
    const box = text.getBoundingClientRect();
    const px = Number.parseFloat(getComputedStyle(text).fontSize) * scale;
    const isCut = box.left < seen.left - 1 || box.right > seen.right + 1 || box.bottom > seen.bottom + 1;
    return px < 11 || isCut ? [text.textContent + ': ' + px.toFixed(1) + ' px' + (isCut ? ', cut' : '')] : [];
  });
})()`;

describeInBrowser('the chart of the fleet', () => {
  const watched = watchedFleet();

  it('stays where it is while the page opens, jobs run and processes come and die', async () => {
    await watched.open.child('measures', { consumers: 4 });
    await using tab = await OpenedPage.open(watched.dashboard.url, { bypassesPolicy: true });
    await tab.page.addInitScript(recordShifts);
    await tab.goTo('fleet');
    await tab.sees(tab.state('idle', 4));
    await tab.page.evaluate('document.fonts.ready');
    expect(
      await tab.page.evaluate(shiftSum),
      `on opening: ${String(await tab.page.evaluate('window.moved.join()'))}`,
    ).to.be.below(0.05);
    await tab.page.evaluate('window.shifts.length = window.moved.length = 0');
    const dying = await watched.open.child('measures', { consumers: 4 });
    await tab.sees(tab.state('idle', 8));
    for (let sent = 0; sent < 600; sent += 20) {
      await Promise.all(
        Array.from({ length: 20 }, () => watched.open.trial.producer.send(note, { text: 'x'.repeat(40) })),
      );
      if (sent === 300) dying.signal('SIGKILL');
    }
    await tab.page.waitForFunction(`Number(document.querySelector('.figures data')?.value) >= 500`);
    await tab.sees(tab.page.getByLabel('Lately').getByText('died').first());
    expect(
      await tab.page.evaluate(shiftSum),
      `while it works: ${String(await tab.page.evaluate('window.moved.join()'))}`,
    ).to.be.below(0.02);
  });

  for (const [width, height] of [
    [390, 844],
    [768, 1_024],
    [1_280, 800],
    [1_440, 900],
    [2_560, 1_440],
    // 1440 pixels at 200 %.
    [720, 450],
  ] as const)
    for (const open of ['', '?open=yes'])
      it(`can be read, whole, at ${width} pixels${open === '' ? '' : ' with its inner states open'}`, async () => {
        await watched.open.child('waits', { consumers: 3 });
        await watched.open.trial.producer.send(note, { text: 'one' });
        await using tab = await OpenedPage.open(watched.dashboard.url, { width, height });
        await tab.goTo(`fleet${open}`);
        await tab.sees(tab.state('processing', 1));
        // Opened, it may be wider than a screen between the two shapes: then it scrolls.
        const texts = (await tab.page.evaluate(unreadable)) as readonly string[];
        expect(texts).to.deep.equal([]);
        const { isOver } = (await tab.page.evaluate(
          `({ isOver: document.documentElement.scrollWidth > document.documentElement.clientWidth })`,
        )) as { isOver: boolean };
        expect(isOver, 'the page scrolls sideways').to.equal(false);
      });

  it('leaves room for the lanes on the first screen at 1440 × 900', async () => {
    await watched.open.child('waits', { consumers: 3 });
    await using tab = await OpenedPage.open(watched.dashboard.url, { width: 1_440, height: 900 });
    await tab.goTo('fleet');
    await tab.sees(tab.state('idle', 3));
    const bottom = (await tab.page.evaluate(
      `document.querySelector('.lanes').getBoundingClientRect().bottom`,
    )) as number;
    expect(bottom).to.be.below(900);
  });
});
