// Which server is taken where none is named, or two are.
import { NoServerError, OptionsError, Producer } from '@acktor/core';
import { expect } from 'chai';
import type * as PlaceModule from '../../packages/core/dist/engine/default-engine.js';
import { rejection } from './rejection.js';

const inside = new URL('../../../packages/core/dist/engine/default-engine.js', import.meta.url).href;
const { locateServer } = (await import(inside)) as typeof PlaceModule;

describe('the place of the server', () => {
  const refused = [
    ['nothing names it in production', {}, { NODE_ENV: 'production' }, /embedded: true/],
    ['REDIS_URL is empty', {}, { REDIS_URL: '' }, /REDIS_URL is an empty text/],
    ['REDIS_URL is empty in production', {}, { REDIS_URL: ' ', NODE_ENV: 'production' }, /REDIS_URL is an empty text/],
    ['the option is empty', { redis: '' }, { REDIS_URL: 'redis://a' }, /the option redis is an empty text/],
    ['two are named', { redis: 'redis://a', embedded: true }, {}, /both/],
    ['none is named and the embedded one is not wanted', { embedded: false }, {}, /embedded is false/],
  ] as const;
  for (const [when, options, env, words] of refused) {
    it(`is refused when ${when}`, async () => {
      const error = await rejection(
        locateServer({ redis: undefined, embedded: undefined, ...options }, env),
        NoServerError,
      );
      expect(error.message).to.match(words).and.contain('REDIS_URL');
    });
  }

  it('is where the option says, whatever the environment does', async () => {
    const place = await locateServer(
      { redis: 'redis://a', embedded: undefined },
      { REDIS_URL: 'redis://b', NODE_ENV: 'production' },
    );
    expect(String(place.address)).to.equal('redis://a:6379');
  });

  it('is where the environment says', async () => {
    const place = await locateServer({ redis: undefined, embedded: false }, { REDIS_URL: 'redis://b' });
    expect(String(place.address)).to.equal('redis://b:6379');
  });

  it('cannot be an empty option of a producer', async () => {
    await rejection(Producer.connect({ redis: '' }), OptionsError);
  });
});
