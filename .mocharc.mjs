// How mocha runs here, from `npm test` and from `npx mocha` alike. No `spec`: mocha would add
// it to the files it is asked for. No `exit`: a test that leaves something open fails.

export default {
  timeout: 20_000,
  forbidOnly: process.env.CI !== undefined,
  // Tests on real processes meet whatever else the machine is doing; what is broken fails twice.
  retries: process.env.CI === undefined ? 0 : 1,
  // What a program imports itself that uses tsyringe's decorators; Acktor loads it when a handler asks for it.
  require: ['reflect-metadata', 'scripts/mocha/leak-check.mjs'],
  reporter: 'scripts/mocha/summary-reporter.mjs',
};
