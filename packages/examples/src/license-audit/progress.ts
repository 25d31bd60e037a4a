// Shows how far an audit has come: a bar on a terminal, a few plain lines elsewhere.
import { SingleBar } from 'cli-progress';
import type { Standing } from './send-and-collect.js';

/** Shows until disposed of. */
export interface Progress extends Disposable {
  show(standing: Standing, kills: number): void;
}

/** `total` is how many jobs are expected. */
export function showProgress(total: number): Progress {
  // Where the bar is drawn.
  return process.stderr.isTTY ? bar(total) : lines();
}

function bar(expected: number): Progress {
  const shown = new SingleBar({
    format: '{bar} {value}/{total} jobs, {duration} s{kills}',
    hideCursor: true,
    barsize: 30,
  });
  shown.start(expected, 0, { kills: '' });
  return {
    show({ ended, total }, kills) {
      shown.setTotal(total);
      shown.update(ended, { kills: kills === 0 ? '' : `, workers killed: ${kills}` });
    },
    [Symbol.dispose]: () => shown.stop(),
  };
}

function lines(): Progress {
  let quarters = 0;
  return {
    show({ ended, total }) {
      const reached = Math.floor((4 * ended) / total);
      if (reached > quarters) console.log(`${ended} of ${total} jobs`);
      quarters = Math.max(quarters, reached);
    },
    [Symbol.dispose]: () => undefined,
  };
}
