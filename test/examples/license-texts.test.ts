import { expect } from 'chai';
import { categoryOf, licensesIn } from '@acktor/examples/dist/license-audit/handlers/classify-license.js';
import { declaredLicense } from '@acktor/examples/dist/license-audit/handlers/manifest.js';
import { isLicenseFile } from '@acktor/examples/dist/license-audit/handlers/scan-package.js';
import { agreement } from '@acktor/examples/dist/license-audit/report/report.js';
import { gplText, mitText } from './audited-project.js';

describe('license texts', () => {
  it('are known however their lines are broken and marked', () => {
    expect(licensesIn(` * ${mitText.replaceAll(' ', '\n * ')}`)).to.deep.equal(['MIT']);
  });

  it('tell MIT from MIT-0, which asks for no notice', () => {
    expect(licensesIn(mitText.split('…')[0] ?? '')).to.deep.equal(['MIT-0']);
  });

  it('tell the BSD licenses by their clauses', () => {
    const grant = 'Redistribution and use in source and binary forms, with or without modification, are permitted';
    const endorsement =
      'Neither the name of the holder nor the names of its contributors may be used to endorse or promote products';
    expect(licensesIn(grant)).to.deep.equal(['BSD-2-Clause']);
    expect(licensesIn(`${grant} ${endorsement}`)).to.deep.equal(['BSD-3-Clause']);
  });

  it('are not guessed', () => {
    expect(licensesIn('All rights reserved. See the GPL and the MIT license for inspiration.')).to.deep.equal([]);
    expect(categoryOf([])).to.equal('unknown');
  });

  it('are as strict together as the strictest of them', () => {
    expect(categoryOf([...licensesIn(`${mitText}\n${gplText}`)])).to.equal('copyleft');
  });
});

describe('declared licenses', () => {
  it('are read in every form that npm has accepted', () => {
    expect(declaredLicense({ license: 'MIT' })).to.equal('MIT');
    expect(declaredLicense({ license: { type: 'Apache License, Version 2.0' } })).to.equal('Apache-2.0');
    expect(declaredLicense({ licenses: [{ type: 'MIT' }, 'GPL-2.0'] })).to.equal('MIT OR GPL-2.0');
    expect(declaredLicense({ licence: 'ISC' })).to.equal('ISC');
    expect(declaredLicense({ license: 'SEE LICENSE IN terms.txt' })).to.equal('SEE LICENSE IN terms.txt');
    expect(declaredLicense({ license: 42 })).to.equal(null);
  });

  it('agree with a text that is one of their choices', () => {
    expect(agreement('(BSD-3-Clause OR GPL-2.0-only)', ['GPL-2.0'])).to.equal('agrees');
    expect(agreement('MIT', ['ISC'])).to.equal('differs');
    expect(agreement('SEE LICENSE IN terms.txt', ['ISC'])).to.equal('unclear');
  });
});

describe('license files', () => {
  it('have one of the usual names and are no code', () => {
    const names = ['LICENSE', 'License.md', 'LICENSE-MIT', 'MIT-LICENSE.txt', 'COPYING', 'UNLICENSE', 'licence.txt'];
    expect(names.filter(isLicenseFile)).to.deep.equal(names);
    expect(['license.js', 'lib/LICENSE', 'licensed-users.txt', 'README.md'].filter(isLicenseFile)).to.deep.equal([]);
  });
});
