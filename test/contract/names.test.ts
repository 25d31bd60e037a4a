import { NameError } from '@acktor/core';
import { checkName, type NameKind } from '@acktor/core/internal';
import { expect } from 'chai';

describe('checkName', () => {
  for (const kind of ['job', 'queue', 'id', 'namespace'] as const satisfies readonly NameKind[]) {
    it(`takes letters, digits, _ and - in a name of a ${kind}`, () => {
      expect(() => checkName(kind, 'Order_7-b')).to.not.throw();
      expect(() => checkName(kind, 'x'.repeat(128))).to.not.throw();
    });

    for (const wrong of ['', 'a:b', '{a}', 'a b', 'é', 'a\n', 7, undefined, 'x'.repeat(129)]) {
      it(`refuses ${String(JSON.stringify(wrong)).slice(0, 12)} as a name of a ${kind}`, () => {
        expect(() => checkName(kind, wrong))
          .to.throw(NameError)
          .with.property('code', 'ACKTOR_BAD_NAME');
      });
    }
  }

  for (const id of ['active', 'wait', 'id', 'meta', 'marker', 'pc', 'de', 'stalled-check', 'metrics', 'acktor']) {
    it(`refuses the id ${id}, a key of the queue itself`, () => {
      expect(() => checkName('id', id)).to.throw(NameError, `prefix it: "job-${id}"`);
    });
  }

  for (const id of ['0', '12345', '-3', '007']) {
    it(`refuses the whole number ${id} as an id and says how to write it`, () => {
      expect(() => checkName('id', id)).to.throw(NameError, `prefix it: "order-${id}"`);
    });
  }

  it('takes such names for jobs and queues', () => {
    expect(() => checkName('queue', 'active')).to.not.throw();
    expect(() => checkName('job', '12345')).to.not.throw();
  });
});
