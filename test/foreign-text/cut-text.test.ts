// How text of others is cut.
import { cutText, shorten } from '@acktor/core/internal';
import { expect } from 'chai';

const HALF = '\ud83d';

describe('a text that is cut', () => {
  it('has no more bytes than it may, and says how many it had', () => {
    const cut = cutText('x'.repeat(1_048_576), 1_000);
    expect(cut).to.match(/^x+… \(cut: 1,048,576 characters\)$/);
    expect(Buffer.byteLength(cut)).to.equal(1_000);
  });

  it('is never parted within a character, wherever the end falls', () => {
    for (const text of ['🚀'.repeat(100), `x${'🚀'.repeat(100)}`, '漢'.repeat(200), 'é'.repeat(300)]) {
      for (let maxBytes = 64; maxBytes < 110; maxBytes += 1) {
        const cut = cutText(text, maxBytes);
        expect(cut.isWellFormed(), cut).to.equal(true);
        expect(cut).not.to.contain('\ufffd');
        expect(Buffer.byteLength(cut)).to.be.at.most(maxBytes);
        expect(text.startsWith(cut.slice(0, cut.indexOf('…')))).to.equal(true);
      }
    }
  });

  it('is left as it is when it fits, to the byte', () => {
    expect(cutText('é'.repeat(50), 100)).to.equal('é'.repeat(50));
    expect(cutText('é'.repeat(51), 100)).to.contain('cut: 51 characters');
  });

  it('is mended where somebody else parted it', () => {
    expect(cutText(`half ${HALF}`, 100)).to.equal('half \ufffd');
    expect(cutText(HALF.repeat(100), 100).isWellFormed()).to.equal(true);
  });
});

describe('a text that is shortened for a screen', () => {
  it('has no more units than there is room for, the ellipsis included', () => {
    expect(shorten('abcdef', 6)).to.equal('abcdef');
    expect(shorten('abcdefg', 6)).to.equal('abcde…');
    expect(shorten('abcd🚀g', 6)).to.equal('abcd…');
  });
});
