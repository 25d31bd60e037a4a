import { chartOf, machineJson } from '@acktor/chart';
import { supervisorMachine, workerProcessMachine } from '@acktor/cli';
import { consumerMachine, workerMachine } from '@acktor/worker';
import { expect } from 'chai';
import { assign, createMachine, fromPromise, type AnyStateMachine } from 'xstate';

describe('machineJson', () => {
  for (const machine of [consumerMachine, workerMachine, supervisorMachine, workerProcessMachine] as AnyStateMachine[])
    it(`gives what createMachine takes, with the same chart: ${machine.id}`, () => {
      expect(
        chartOf(createMachine(JSON.parse(machineJson(machine)) as Parameters<typeof createMachine>[0])),
      ).to.deep.equal(chartOf(machine));
    });

  it('names what is written in place, and leaves out what is code', () => {
    const machine = createMachine({
      id: 'inline',
      context: { secret: 'x' },
      initial: 'a',
      states: {
        a: {
          entry: assign({ secret: 'y' }),
          invoke: { src: fromPromise(() => Promise.resolve()), input: () => 1, onDone: 'b' },
          on: {
            go: {
              guard: function isReady() {
                return true;
              },
              target: 'b',
            },
          },
        },
        b: { type: 'final', description: 'Over.' },
      },
    });
    expect(JSON.parse(machineJson(machine))).to.deep.equal({
      id: 'inline',
      initial: 'a',
      states: {
        a: {
          entry: { type: 'xstate.assign' },
          invoke: { src: 'an actor', onDone: 'b' },
          on: { go: { guard: 'isReady', target: 'b' } },
        },
        b: { type: 'final', description: 'Over.' },
      },
    });
  });
});
