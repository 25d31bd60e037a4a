import { ContractError, flow, isFlow, job, NotAContractError, type FlowStep } from '@acktor/core';
import { expect } from 'chai';
import { z } from 'zod';
import { add, diamond } from './sums.js';

const options = { queue: 'flows', data: z.object({ n: z.number() }) };
const terms = () => ({ label: 'x', terms: [] });

describe('the contract of a flow', () => {
  it('is a contract, with its steps in their order, and frozen', () => {
    expect(diamond).to.deep.include({ name: 'diamond', queue: 'flows', onCancel: 'failFlow', timeLimitMs: undefined });
    expect(diamond.steps.map(({ name }) => name)).to.deep.equal(['a', 'b', 'c']);
    expect(diamond.end.after.map(({ step, onFailure }) => [step.name, onFailure])).to.deep.equal([['c', 'failFlow']]);
    expect(Object.isFrozen(diamond) && Object.isFrozen(diamond.steps)).to.equal(true);
    expect([diamond, add, undefined, {}].map(isFlow)).to.deep.equal([true, false, false, false]);
  });

  it('ends after every step that nothing comes after, whatever its end names', () => {
    const made = flow('f', options, (step) => {
      const a = step('a', add, { data: terms });
      step('b', add, { after: [a], data: terms });
      step('c', add, { data: terms });
    });
    expect(made.end.after.map(({ step }) => step.name)).to.deep.equal(['b', 'c']);
  });

  const refusals: Readonly<Record<string, readonly [declare: (step: Step, end: End) => unknown, message: string]>> = {
    'no steps': [() => undefined, 'expected at least one step, got none'],
    'no function': [undefined as never, 'expected a function that declares the steps, got undefined'],
    'a name twice': [
      (step) => [step('a', add, { data: terms }), step('a', add, { data: terms })],
      'expected each step to have a name of its own, got two that are called "a"',
    ],
    'a name that is no part of an id': [
      (step) => step('a.b', add, { data: terms }),
      'letters, digits, "_" or "-", got "a.b"',
    ],
    'a step without a mapping': [(step) => step('a', add, {}), 'expected step a to have a function'],
    'a step of another flow': [
      (step) => step('a', add, { after: [diamond.steps[0]], data: terms }),
      'expected after of step a to hold steps of this flow that were declared before it',
    ],
    'what is no step': [(step) => step('a', add, { after: ['b'], data: terms }), 'of such, got "b"'],
    'no list of steps': [(step) => step('a', add, { after: 'b', data: terms }), 'to be an array of steps, got "b"'],
    'a step that comes after another twice': [
      (step) => {
        const a = step('a', add, { data: terms });
        step('b', add, { after: [a, { step: a, onFailure: 'continue' }], data: terms });
      },
      'to name each step once, got "a" twice',
    ],
    'another policy': [
      (step) => {
        const a = step('a', add, { data: terms });
        step('b', add, { after: [{ step: a, onFailure: 'ignore' }], data: terms });
      },
      "expected onFailure to be 'failFlow', 'compensate' or 'continue', got \"ignore\"",
    ],
    'a compensation without a mapping': [
      (step) => step('a', add, { data: terms, compensate: { job: add } }),
      'expected compensate of step a to have a function',
    ],
    'too many steps': [
      (step) => Array.from({ length: 501 }, (_, i) => step(`s${i}`, add, { data: terms })),
      'expected 500 steps at most, got 501',
    ],
  };
  for (const [words, [declare, message]] of Object.entries(refusals))
    it(`refuses ${words}`, () => {
      expect(() => flow('f', options, declare as never)).to.throw(ContractError, message);
    });

  it('has no word for a cycle: a step comes after what was declared before it', () => {
    const cyclic = (step: Step) => {
      const after: unknown[] = [];
      const a = step('a', add, { after, data: terms });
      after.push(step('b', add, { after: [a], data: terms }));
      step('c', add, { after: [{ ...(a as FlowStep), name: 'd' }], data: terms });
    };
    expect(() => flow('f', options, cyclic as never)).to.throw(ContractError, 'got "d", which is none of them');
    const made = flow('f', options, ((step: Step) => {
      const after: unknown[] = [];
      const a = step('a', add, { after, data: terms });
      after.push(step('b', add, { after: [a], data: terms }));
    }) as never);
    expect(made.steps.map((step) => step.after.length)).to.deep.equal([0, 1]);
  });

  it('refuses steps without a contract, and options that cannot be', () => {
    expect(() => flow('f', options, ((step: Step) => step('a', 'add', { data: terms })) as never)).to.throw(
      NotAContractError,
    );
    expect(() => flow('f', { ...options, timeLimitMs: 10 }, (step) => void step('a', add, { data: terms }))).to.throw(
      ContractError,
      'expected timeLimitMs to be',
    );
    expect(() => flow('f', undefined as never, () => undefined)).to.throw(ContractError);
  });

  it('refuses an end without a result where the flow has one', () => {
    const declare = ((step: Step) => void step('a', add, { data: terms })) as never;
    expect(() => flow('f', { ...options, result: z.object({}) }, declare)).to.throw(ContractError, 'result of the end');
  });

  it('may have a flow as a step', () => {
    const outer = flow('outer', options, (step) => void step('inner', diamond, { data: (_, { data }) => data }));
    expect(outer.steps[0]?.job).to.equal(diamond);
    expect(job('plain', options).name).to.equal('plain');
  });
});

type Step = (name: string, job: unknown, options: object) => unknown;
type End = (options: object) => unknown;
