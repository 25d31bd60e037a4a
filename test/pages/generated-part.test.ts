import { expect } from 'chai';
import type * as GeneratedPart from '../../scripts/pages/generated-part.mjs';

// By URL: the compiled test is one folder deeper than its source.
const url = new URL('../../../scripts/pages/generated-part.mjs', import.meta.url);
const { fillPart } = (await import(url.href)) as typeof GeneratedPart;

const page = 'Above.\n\n<!-- generated: a -->\n\nold\n\n<!-- end: a -->\n\n<!-- generated: b -->\n<!-- end: b -->\n';

describe('a generated part of a page', () => {
  it('is replaced between its comments, and nothing else is touched', () => {
    expect(fillPart(page, { name: 'a', content: 'new\n' })).to.equal(page.replace('old', 'new'));
  });

  it('is left as it is when it says what it should', () => {
    expect(fillPart(fillPart(page, { name: 'b', content: 'x' }), { name: 'b', content: 'x' })).to.equal(
      fillPart(page, { name: 'b', content: 'x' }),
    );
  });

  it('stands in code between comments of code, whole names only', () => {
    const code = '// generated: Ab\n// end: Ab\n\n// generated: A\n// end: A\n';
    expect(fillPart(code, { name: 'A', content: 'x', isCode: true })).to.equal(
      '// generated: Ab\n// end: Ab\n\n// generated: A\n\nx\n\n// end: A\n',
    );
  });

  it('must be there, or the page would silently go without', () => {
    expect(() => fillPart(page, { name: 'c', content: 'x' })).to.throw('<!-- generated: c -->');
  });
});
