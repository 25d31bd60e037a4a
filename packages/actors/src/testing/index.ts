// The door for tests, '@acktor/actors/testing'. Under semver.
export { crashMatrix, type CrashMatrix, type CrashRow, type CrashScenario } from './crash-matrix.js';
export type { CrashKind } from './crashing-engine.js';
export { testActor, type EndOptions, type Tested, type TestActorOptions, type TestedActor } from './test-actor.js';
export type { TurnEffect } from './watched-turns.js';
export { NotInvokedError } from '../errors.js';
