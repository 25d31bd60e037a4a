// Random texts and values against all that takes any: each is refused with an error of ours, or reads back as it was.
import { AcktorError, decodePayload, defaultJsonLimits, job } from '@acktor/core';
import {
  cutText,
  decodeResult,
  encodePayload,
  encodeResult,
  errorText,
  nameFault,
  quoted,
  shorten,
  visible,
} from '@acktor/core/internal';
import { expect } from 'chai';
import { z } from 'zod';
import { block, firstLine, joined, line, say, table } from '../cli-inside/inside.js';
import { Hostile, HOSTILE_SEED, HOSTILE_VALUES } from './hostile-values.js';

const anything = job('anything', { queue: 'hostile', data: z.unknown(), result: z.unknown() });
const UNSEEN = /(?![\uFE0E\uFE0F])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe('text and values of others', function () {
  this.timeout(120_000);

  const draws = Math.ceil(HOSTILE_VALUES / 4);
  /** Tries with each of many draws, and says how to see one that fails again. */
  const many = (attempt: (hostile: Hostile) => void) => () => {
    for (let i = 0; i < draws; i += 1) {
      const seed = HOSTILE_SEED + i;
      try {
        attempt(new Hostile(seed));
      } catch (cause) {
        const again = `ACKTOR_HOSTILE_SEED=${seed} ACKTOR_HOSTILE_VALUES=1 npm test -- test/hostile`;
        throw new Error(`to see it again: ${again}: ${String(cause)}`, { cause });
      }
    }
  };

  before(() => process.stdout.write(`    ${HOSTILE_VALUES} values, seed ${HOSTILE_SEED}\n`));

  it(
    'are refused as payloads and results, or read back',
    many((hostile) => {
      const value = hostile.value();
      const text = typedOr(() => encodePayload(anything, value, defaultJsonLimits));
      if (text === undefined) return;
      const back = decodePayload(anything, text as string, defaultJsonLimits);
      expect(encodeResult(anything, back, defaultJsonLimits)).to.equal(text);
      expect(
        encodePayload(anything, decodeResult(anything, text as string, defaultJsonLimits), defaultJsonLimits),
      ).to.equal(text);
      expect((text as string).isWellFormed()).to.equal(true);
    }),
  );

  it(
    'are refused where they are read, or read as what is written the same',
    many((hostile) => {
      const text = hostile.text();
      const back = typedOr(() => decodePayload(anything, text, defaultJsonLimits));
      if (back !== undefined) expect(encodePayload(anything, back, defaultJsonLimits)).to.be.a('string');
    }),
  );

  it(
    'are some text when they are thrown, of bounded length',
    many((hostile) => {
      const { reason, stack } = errorText(hostile.thrown());
      expect(reason).to.be.a('string').and.not.equal('');
      for (const text of [reason, stack ?? '']) {
        const cut = cutText(text, 256);
        expect(cut.isWellFormed()).to.equal(true);
        expect(Buffer.byteLength(cut)).to.be.at.most(256);
      }
      expect(visible(shorten(reason, 60))).not.to.match(UNSEEN);
    }),
  );

  it(
    'are names only where they can be, and are printed on one line',
    many((hostile) => {
      const text = hostile.text();
      if (nameFault('id', text) === undefined) expect(text).to.match(/^[A-Za-z0-9_-]{1,128}$/);
      for (const kind of ['job', 'queue', 'namespace'] as const) {
        if (nameFault(kind, text) !== undefined) continue;
        expect(text).to.match(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]{1,512}$/u);
        if (kind === 'queue') expect(text).not.to.include(':');
      }
      for (const printed of [visible(text), quoted(text), line(text), firstLine(text), say`${text}`, joined([text, 1])])
        expect(String(printed)).not.to.match(UNSEEN);
      expect(String(block(text)).replaceAll('\n', '')).not.to.match(UNSEEN);
    }),
  );

  it('keep each row of a table on its line', () => {
    const texts = Array.from({ length: 500 }, (_, i) => new Hostile(HOSTILE_SEED + i).text());
    const columns = [
      { head: 'text', cell: (text: string) => text },
      { head: 'first line', cell: (text: string) => firstLine(text) },
    ];
    const rows = String(table(columns, texts)).split('\n');
    expect(rows).to.have.length(texts.length + 2);
    for (const row of rows) expect(row).not.to.match(UNSEEN);
  });
});

/** What comes of it; undefined for an error of ours, and any other error is thrown on. */
function typedOr(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (error instanceof AcktorError) return undefined;
    throw error;
  }
}
