// The door for tests, '@acktor/actors/testing'. Under semver.
export { crashMatrix, type CrashMatrix, type CrashRow, type CrashScenario } from './crash-matrix.js';
export type { CrashKind } from './crashing-engine.js';
