// Which test or hook is under way, in a file that the process which has started the run reads: mocha's reporter prints what has ended.

import { writeFileSync } from 'node:fs';

/** The environment variable that names the file. */
export const UNDER_WAY = 'ACKTOR_TEST_UNDER_WAY';

/** Has the events of a run written to that file, if any is named. */
export function writeUnderWay(runner) {
  const file = process.env[UNDER_WAY];
  if (file === undefined || file === '') return;
  // A run that a test starts is not this one.
  delete process.env[UNDER_WAY];
  let count = 0;
  const write = (text) => {
    count += 1;
    // The number makes a repeated name another text.
    writeFileSync(file, `${text} (the ${count}th thing of this lane)`);
  };
  const begun = (runnable) => write(`${runnable.fullTitle()}, of ${nameOf(runnable.file)}`);
  runner
    .on('hook', begun)
    .on('test', begun)
    .on('end', () => write('nothing: all tests have ended, and something is open'));
}

function nameOf(file = 'an unknown file') {
  return file.replace(/^.*\/test\/dist\//, 'test/').replace(/\.js$/, '.ts');
}
