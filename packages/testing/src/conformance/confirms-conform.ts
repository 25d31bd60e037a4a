// What an engine does with a send that is to be confirmed further: it meets the demand, or refuses it before anything is sent.
import { ConfirmUnsupportedError } from '@acktor/core';
import { expect } from 'chai';
import { rejectionOf } from './queue-trial.js';
import type { Suite } from './suite.js';

export function confirmsConform({ describe, it, trial, features }: Suite): void {
  describe('when a send is to be confirmed', () => {
    it('takes what needs no more than its own word', () => {
      expect(() => trial().broker.requireConfirm('accepted')).not.to.throw();
    });

    it('is connected once it has been sent to', async () => {
      await trial().send({ id: 'a' });
      await trial().broker.connected('trial', 'accepted', new AbortController().signal);
    });

    if (features.confirms) return;

    it('refuses a disk and replicas that it does not have, and adds nothing', async () => {
      for (const confirm of ['fsync', { replicas: 1 }] as const) {
        expect(() => trial().broker.requireConfirm(confirm)).to.throw(ConfirmUnsupportedError);
        const demand = { confirm, timeoutMs: 100 };
        expect(await rejectionOf(trial().broker.send('trial', [], demand))).to.be.instanceOf(ConfirmUnsupportedError);
      }
      expect(await trial().takeAll()).to.deep.equal([]);
    });
  });
}
