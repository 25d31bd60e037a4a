// mocha's spec reporter, with a last line that a program can read.

import Mocha from 'mocha';
import { count, printSummary } from './summary.mjs';
import { writeUnderWay } from './under-way.mjs';

export default class SummaryReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    printSummary();
    writeUnderWay(runner);
    runner.on('pass', () => count('passed'));
    runner.on('fail', () => count('failed'));
    runner.on('pending', () => count('skipped'));
  }
}
