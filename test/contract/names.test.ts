import { NameError } from '@acktor/core';
import { checkName, type NameKind } from '@acktor/core/internal';
import { expect } from 'chai';

const KINDS = ['job', 'queue', 'id', 'namespace'] as const satisfies readonly NameKind[];
const NAMES = ['job', 'queue', 'namespace'] as const;

describe('checkName', () => {
  for (const kind of KINDS) {
    it(`takes letters, digits, _ and - in a name of a ${kind}`, () => {
      expect(() => checkName(kind, 'Order_7-b')).to.not.throw();
      expect(() => checkName(kind, 'x'.repeat(128))).to.not.throw();
    });

    for (const wrong of ['', 'a\n', 'a\u0000b', 'a\u202eb', '\ud83d', 7, undefined, 'x'.repeat(513)]) {
      it(`refuses ${String(JSON.stringify(wrong)).slice(0, 12)} as a name of a ${kind}`, () => {
        expect(() => checkName(kind, wrong))
          .to.throw(NameError)
          .with.property('code', 'ACKTOR_BAD_NAME');
      });
    }
  }

  for (const kind of NAMES)
    for (const name of ['user.created', '{email-queue}', 'a b', 'é', 'größe/📨', '*?[x]', '__proto__', 'x'.repeat(512)])
      it(`takes ${name.slice(0, 20)} as the name of a ${kind}, as BullMQ does`, () => {
        expect(() => checkName(kind, name)).to.not.throw();
      });

  for (const name of ['my:app', '{formbricks:jobs}', 'repeat:daily:1'])
    it(`takes ${name} as a namespace and as the name of a job, and of no queue, as BullMQ`, () => {
      expect(() => checkName('namespace', name)).to.not.throw();
      expect(() => checkName('job', name)).to.not.throw();
      expect(() => checkName('queue', name)).to.throw(
        NameError,
        `${JSON.stringify(name.replaceAll(':', '-'))} would do`,
      );
    });

  for (const name of ['.', '..'])
    it(`refuses ${name} as the name of a queue, which no URL could hold`, () => {
      expect(() => checkName('queue', name)).to.throw(NameError, 'in a URL it would mean a folder');
      expect(() => checkName('job', name)).to.not.throw();
    });

  for (const id of ['a:b', '{a}', 'a b', 'é', 'x'.repeat(129)])
    it(`refuses ${id.slice(0, 12)} as the id of a new job`, () => {
      expect(() => checkName('id', id)).to.throw(NameError);
    });

  for (const id of ['active', 'wait', 'id', 'meta', 'marker', 'pc', 'de', 'stalled-check', 'metrics', 'acktor']) {
    it(`refuses the id ${id}, a key of the queue itself`, () => {
      expect(() => checkName('id', id)).to.throw(NameError, `prefix it: "job-${id}"`);
    });
  }

  it('refuses an id that would be the list of all queues of an outer namespace', () => {
    expect(() => checkName('id', 'acktor-queues')).to.throw(NameError, 'prefix it: "job-acktor-queues"');
  });

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
