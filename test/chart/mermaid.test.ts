import { chartOf, consumerMachine, mermaid } from '@acktor/worker';
import { expect } from 'chai';
import { createMachine } from 'xstate';

describe('mermaid', () => {
  it('draws a nested chart, with one arrow for each pair of states', () => {
    expect(drawn(nested)).to.equal(`stateDiagram-v2
  [*] --> waiting
  waiting
  state working {
    [*] --> working_trying
    state "trying" as working_trying
    state "resting" as working_resting
    working_trying --> working_resting : tired
  }
  stopped
  waiting --> working : work
  working --> stopped : broke, left [isLate]<br/>stop
  stopped --> [*]
`);
  });

  it('leaves out what leads nowhere', () => {
    expect(drawn({ id: 'calm', initial: 'a', states: { a: { on: { seen: { actions: 'nod' } } } } })).not.to.include(
      'seen',
    );
  });

  it('leads the arrow back between two boxes to the initial state of the first, for Mermaid draws both arrows on one line', () => {
    const text = drawn({
      id: 'boxes',
      initial: 'one',
      states: {
        one: { initial: 'a', states: { a: {} }, on: { there: 'two' } },
        two: { initial: 'b', states: { b: {} }, on: { back: 'one' } },
      },
    });
    expect(text).to.include('one --> two : there').and.to.include('two --> one_a : back');
  });

  it('parts the regions of a parallel state, and boxes a machine that is one', () => {
    const text = drawn({ id: 'both', type: 'parallel', states: { left: {}, right: {} }, on: { flip: '.left' } });
    expect(text).to.equal(`stateDiagram-v2
  state both {
    left
    --
    right
  }
  both --> left : flip
`);
  });

  it("keeps a user's signs and words from being taken for Mermaid's", () => {
    const text = drawn({ id: 'odd', initial: 'end', states: { end: { on: { 'a;b:c': 'é e' } }, 'é e': {}, __e: {} } });
    expect(text)
      .to.include('state "end" as end_2')
      .and.to.include('state "é e" as __e')
      .and.to.include('state "__e" as __e_2');
    expect(text).to.include('end_2 --> __e : a#59;b#58;c');
  });

  it('draws every state and every event of the consumer that leads somewhere', () => {
    const text = mermaid(chartOf(consumerMachine));
    const words = 'idle fetching processing handling cancelling lost acking settling retrying rejecting stopped'.split(
      ' ',
    );
    expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(text))).to.deep.equal([]);
    expect(text).to.include('acking --> processing_handling : settlement.stored [hasNext]');
  });

  it('gives the same text every time', () => {
    expect(mermaid(chartOf(consumerMachine))).to.equal(mermaid(chartOf(consumerMachine)));
  });
});

const nested = {
  id: 'nested',
  initial: 'waiting',
  states: {
    waiting: { on: { work: 'working' } },
    working: {
      initial: 'trying',
      states: { trying: { on: { tired: 'resting' } }, resting: {} },
      on: {
        broke: { guard: 'isLate', target: 'stopped' },
        left: { guard: 'isLate', target: 'stopped' },
        stop: 'stopped',
      },
    },
    stopped: { type: 'final' },
  },
} as const;

function drawn(config: Parameters<typeof createMachine>[0]): string {
  return mermaid(chartOf(createMachine(config)));
}
