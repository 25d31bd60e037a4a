// The door for applications, '@acktor/actors': durable actors. Under semver.
export { actor, type ActorOptions, type AnswerFunctions, type AnswerGiven, type DurableActor } from './actor.js';
export { ActorLogicError, TurnError } from './errors.js';
export { run, sends, sendsTo, type RunLogic, type SendAction, type SendArgs } from './run.js';
export type { Unhandled } from './turn.js';
