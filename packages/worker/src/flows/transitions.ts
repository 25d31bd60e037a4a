// How a flow goes on: what an event makes of its record, and which steps are sent then. Pure: nothing here knows a queue or a clock.
import type { FlowContract, FlowStep, OnFailure, StepState } from '@acktor/core';
import type { FlowEvent, FlowRecord, StepEnded, StepRecord } from '@acktor/core/internal';

/** A step whose job is to be sent, or the job that undoes it. */
export interface StepSend {
  readonly step: FlowStep;
  readonly isUndo: boolean;
}

/** Whether a newer contract has had to do with the flow: this one may not know all of its steps. */
export function isNewer({ version }: { readonly version: number }, flow: FlowContract): boolean {
  return version > flow.version;
}

/** Returns the record after an event; undefined where it changes nothing: it was applied before, or comes too late. */
export function applied(flow: FlowContract, record: FlowRecord | undefined, event: FlowEvent): FlowRecord | undefined {
  if (event.type === 'begun') return record === undefined ? newRecord(flow) : grown(flow, record);
  if (event.type === 'died') return died(flow, record ?? newRecord(flow), event.why);
  if (record?.run !== event.run) return undefined;
  switch (event.type) {
    case 'ended':
      return ended(record, event);
    case 'cancelled':
      return cancelled(flow, record, event.why);
    case 'redriven':
      return record.phase === 'dead' ? redriven(flow, record, event.atMs) : undefined;
  }
}

/** Whether this contract has steps that the flow knows nothing of, and no event will come that adds them: it has ended by an older one, or was taken up again. */
export function isUnfinished(flow: FlowContract, { phase, version, steps }: FlowRecord): boolean {
  const isStill = phase === 'done' || (phase === 'running' && version === flow.version);
  return isStill && flow.steps.some(({ name }) => stateIn(steps, name) === undefined);
}

function grown(flow: FlowContract, record: FlowRecord): FlowRecord | undefined {
  return isUnfinished(flow, record) ? { ...record, phase: 'running' } : undefined;
}

function newRecord({ steps, version }: FlowContract): FlowRecord {
  return { phase: 'running', run: 1, version, steps: steps.map(waitingStep) };
}

function waitingStep({ name, job: { queue } }: FlowStep): StepRecord {
  return { name, queue, state: 'waiting' };
}

function ended(record: FlowRecord, event: StepEnded): FlowRecord | undefined {
  const step = record.steps.find(({ name }) => name === event.step);
  const state = step && stateAfter(record, step, event);
  if (step === undefined || state === undefined) return undefined;
  const { name, queue, by } = step;
  return withStep(record, { name, queue, state, by, reason: event.reason });
}

/** Undefined for an end that is known already. A dead letter of a step that was redriven by itself counts while its flow has failed. */
function stateAfter({ phase, undoes }: FlowRecord, { state }: StepRecord, event: StepEnded): StepState | undefined {
  const hasResult = 'result' in event;
  if (event.isUndo && state !== 'undoing') return undefined;
  if (event.isUndo) return hasResult ? 'undone' : 'undoFailed';
  const isLate = state === 'failed' && hasResult && !undoes && (phase === 'failed' || phase === 'dead');
  if (state !== 'sent' && !isLate) return undefined;
  return hasResult ? 'done' : 'failed';
}

function cancelled({ onCancel }: FlowContract, record: FlowRecord, why: string): FlowRecord | undefined {
  const { phase, isCancelled, reason = `the flow was cancelled: ${why}` } = record;
  if (isCancelled || (phase !== 'running' && phase !== 'failing')) return undefined;
  const undoes = record.undoes === true || onCancel === 'compensate';
  return { ...record, phase: 'failing', isCancelled: true, undoes, reason };
}

/** Its job died without it, as by a cancel of its first delivery: nothing begins any more, what is under way is cancelled, and it ends as dead. */
function died({ onCancel }: FlowContract, record: FlowRecord, why: string): FlowRecord | undefined {
  const { phase, reason = `the job of the flow became a dead letter: ${why}` } = record;
  if (phase === 'dead' || record.hasDied) return undefined;
  if (phase === 'failed') return { ...record, phase: 'dead', reason };
  const undoes = record.undoes === true || onCancel === 'compensate';
  const next = phase === 'compensating' ? phase : 'failing';
  return { ...record, phase: next, hasDied: true, isCancelled: true, undoes, reason };
}

/** Returns the record of a flow that cannot begin. */
export function unbegun(flow: FlowContract, reason: string, lastDeathMs: number): FlowRecord {
  return { ...newRecord(flow), phase: 'dead', reason, lastDeathMs };
}

/** Goes on from where it failed; a flow that was undone begins anew, and one that could not be undone whole goes on undoing. */
function redriven(flow: FlowContract, { run, version, steps, undoes }: FlowRecord, begunAtMs: number): FlowRecord {
  const next = { phase: 'running', run: run + 1, begunAtMs, version } as const;
  if (!undoes)
    return { ...next, steps: steps.map((step) => (isRepeated(flow, steps, step) ? waitingAgain(step) : step)) };
  if (!steps.some(({ state }) => state === 'undoFailed')) return { ...next, steps: steps.map(waitingAgain) };
  const doneAgain = steps.map((step) => (step.state === 'undoFailed' ? { ...step, state: 'done' as const } : step));
  return { ...next, phase: 'compensating', undoes, reason: 'its compensation was redriven', steps: doneAgain };
}

/** A step whose failure failed the flow, or that nothing has gone on without. */
function isRepeated(flow: FlowContract, steps: readonly StepRecord[], { name, state }: StepRecord): boolean {
  if (state !== 'failed') return false;
  const isWaiting = (follower: FlowStep) => stateIn(steps, follower.name) === 'waiting';
  return policiesOf(flow, name).some((policy) => policy !== 'continue') || followersOf(flow, name).every(isWaiting);
}

function waitingAgain({ name, queue }: StepRecord): StepRecord {
  return { name, queue, state: 'waiting' };
}

/** Returns the record once a step that could not be sent has failed for that. */
export function unsendable(record: FlowRecord, { step, isUndo }: StepSend, reason: string): FlowRecord {
  const state = isUndo ? 'undoFailed' : 'failed';
  return withStep(record, { name: step.name, queue: step.job.queue, state, reason });
}

/** What a flow comes to, and what is sent for it. */
export interface Going {
  readonly record: FlowRecord;
  readonly sends: readonly StepSend[];
}

/** Returns how a flow goes on after an event, which the steps that are sent for it remember. */
export function goOn(flow: FlowContract, given: FlowRecord, event: string): Going {
  const version = Math.max(given.version, flow.version);
  const record = phaseOf(flow, { ...given, version, steps: completed(flow, given.steps) });
  const sends = sendsOf(flow, record);
  const sent = sends.reduce((known, { step, isUndo }) => {
    const queue = (isUndo ? step.compensate?.job.queue : undefined) ?? step.job.queue;
    return withStep(known, { name: step.name, queue, state: isUndo ? 'undoing' : 'sent', by: event });
  }, record);
  return { record: sent, sends };
}

/** A newer contract may have more steps. */
function completed(flow: FlowContract, steps: readonly StepRecord[]): readonly StepRecord[] {
  const missing = flow.steps.filter(({ name }) => stateIn(steps, name) === undefined);
  return missing.length === 0 ? steps : [...steps, ...missing.map(waitingStep)];
}

function phaseOf(flow: FlowContract, record: FlowRecord): FlowRecord {
  const { phase, steps } = record;
  if (phase === 'running' || phase === 'failing') {
    const failed = withFailures(flow, record);
    const isOver = ({ name }: FlowStep) => isOneOf(stateIn(steps, name), 'done', 'failed');
    if (failed.phase === 'running') return flow.steps.every(isOver) ? { ...failed, phase: 'done' } : failed;
    if (steps.some(({ state }) => state === 'sent')) return failed;
    return phaseOf(flow, { ...failed, phase: failed.undoes ? 'compensating' : endOf(record) });
  }
  const isUndone =
    phase === 'compensating' && !flow.steps.some((step) => isToUndo(step, steps) || isUndoing(step, steps));
  return isUndone ? { ...record, phase: endOf(record), reason: withUndoFailures(record) } : record;
}

function endOf({ hasDied }: FlowRecord): 'failed' | 'dead' {
  return hasDied ? 'dead' : 'failed';
}

/** The first step whose failure an edge does not continue after fails the flow. */
function withFailures(flow: FlowContract, record: FlowRecord): FlowRecord {
  const failed = record.steps.filter(({ state }) => state === 'failed');
  const fatal = failed.map((step) => ({ step, policies: policiesOf(flow, step.name) })).filter(isFatal);
  const [first] = fatal;
  if (first === undefined) return record;
  const { reason = `step ${first.step.name} failed: ${first.step.reason ?? 'for no known reason'}` } = record;
  const undoes = record.undoes === true || fatal.some(({ policies }) => policies.includes('compensate'));
  return { ...record, phase: 'failing', reason, undoes };
}

function isFatal({ policies }: { readonly policies: readonly OnFailure[] }): boolean {
  return policies.some((policy) => policy !== 'continue');
}

function withUndoFailures({ reason, steps }: FlowRecord): string {
  const failures = steps.filter(({ state }) => state === 'undoFailed');
  const told = failures.map((step) => `step ${step.name} could not be undone: ${step.reason ?? 'for no known reason'}`);
  return [reason ?? 'it failed', ...told].join('; ');
}

function sendsOf(flow: FlowContract, { phase, steps }: FlowRecord): readonly StepSend[] {
  if (phase === 'running') {
    const hasEnded = (name: string) => isOneOf(stateIn(steps, name), 'done', 'failed');
    const isReady = ({ name, after }: FlowStep) =>
      stateIn(steps, name) === 'waiting' && after.every(({ step }) => hasEnded(step.name));
    return flow.steps.filter(isReady).map((step) => ({ step, isUndo: false }));
  }
  if (phase !== 'compensating') return [];
  const cleared = clearedSteps(flow, steps);
  const isReady = (step: FlowStep) =>
    isToUndo(step, steps) && followersOf(flow, step.name).every(({ name }) => cleared.has(name));
  return flow.steps.filter(isReady).map((step) => ({ step, isUndo: true }));
}

/** The steps of which nothing is left to undo, nor of what came after them: what came last is undone first. */
function clearedSteps(flow: FlowContract, steps: readonly StepRecord[]): ReadonlySet<string> {
  const cleared = new Set<string>();
  for (const step of flow.steps.toReversed()) {
    const isClear = !isToUndo(step, steps) && !isUndoing(step, steps);
    if (isClear && followersOf(flow, step.name).every(({ name }) => cleared.has(name))) cleared.add(step.name);
  }
  return cleared;
}

function isToUndo({ name, compensate }: FlowStep, steps: readonly StepRecord[]): boolean {
  return compensate !== undefined && stateIn(steps, name) === 'done';
}

function isUndoing({ name }: FlowStep, steps: readonly StepRecord[]): boolean {
  return stateIn(steps, name) === 'undoing';
}

function policiesOf(flow: FlowContract, name: string): readonly OnFailure[] {
  const edges = [...flow.steps.flatMap(({ after }) => after), ...flow.end.after];
  return edges.filter(({ step }) => step.name === name).map(({ onFailure }) => onFailure);
}

function followersOf(flow: FlowContract, name: string): readonly FlowStep[] {
  return flow.steps.filter(({ after }) => after.some(({ step }) => step.name === name));
}

function stateIn(steps: readonly StepRecord[], name: string): StepState | undefined {
  return steps.find((step) => step.name === name)?.state;
}

function isOneOf(state: StepState | undefined, ...states: readonly StepState[]): boolean {
  return state !== undefined && states.includes(state);
}

function withStep(record: FlowRecord, step: StepRecord): FlowRecord {
  return { ...record, steps: record.steps.map((known) => (known.name === step.name ? step : known)) };
}
