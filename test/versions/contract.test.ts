import { ContractError, decodePayload, defaultJsonLimits, job, NewerPayloadError, UpgradeError } from '@acktor/core';
import { expect } from 'chai';
import { z } from 'zod';
import { refusal } from '../contract/refusal.js';
import { chargeV1, chargeV3 } from './charges.js';

const shape = { queue: 'q', data: z.object({}) };
const read = (text: string, version: number) => decodePayload(chargeV3, text, { ...defaultJsonLimits, version });

describe('the version of a contract', () => {
  it('is 1 unless it is told', () => {
    expect(chargeV1).to.include({ version: 1 });
    expect(chargeV1.upgrade).to.deep.equal({});
  });

  it('asks for a step from each earlier version, and for no other', async () => {
    const upgrade = { 1: () => ({}), 4: () => ({}) };
    const error = await refusal(ContractError, () => job('j', { ...shape, version: 4, upgrade } as never));
    expect(error.faults).to.deep.equal([
      { option: 'upgrade', message: 'expected upgrade to have a step from version 2 to 3, got none' },
      { option: 'upgrade', message: 'expected upgrade to have a step from version 3 to 4, got none' },
      { option: 'upgrade', message: 'expected the steps of upgrade to start below version 4, got one from 4' },
    ]);
  });

  it('is a whole number, and its steps are functions', async () => {
    const error = await refusal(ContractError, () =>
      job('j', { ...shape, version: 1.5, upgrade: { 1: 'x' } } as never),
    );
    expect(error.faults.map(({ option }) => option)).to.deep.equal(['version', 'upgrade']);
  });
});

describe('a payload that is read', () => {
  it('goes through the steps from its own version on', async () => {
    expect(await read('{"euros":3}', 1)).to.deep.equal({ cents: 300, currency: 'EUR' });
    expect(await read('{"cents":5}', 2)).to.deep.equal({ cents: 5, currency: 'EUR' });
    expect(await read('{"cents":5,"currency":"USD"}', 3)).to.deep.equal({ cents: 5, currency: 'USD' });
  });

  it('is refused when a step throws, with the step and its reason', async () => {
    const { message, code } = await refusal(UpgradeError, () => read('null', 1));
    expect(code).to.equal('ACKTOR_UPGRADE_FAILED');
    expect(message).to.match(/^payload of job charge: its upgrade from version 1 to 2 threw: Cannot destructure/);
  });

  it('is refused when it is newer than the contract', async () => {
    const { message } = await refusal(NewerPayloadError, () => read('{}', 4));
    expect(message).to.contain('of version 3 at most, got 4');
  });
});
