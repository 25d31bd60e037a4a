// Says which licenses a package's license files hold, by the sentences that make them. An unknown text is called so: better no answer than a
// wrong one.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { handles, type Delivery, type Handler } from '@acktor/worker';
import { noteDelivery } from '../../fleet/messages.js';
import { classifyLicense } from '../jobs.js';

@handles(classifyLicense)
export class ClassifyLicense implements Handler<typeof classifyLicense> {
  async handle(delivery: Delivery<typeof classifyLicense>) {
    noteDelivery(delivery);
    const { project, path, licenseFiles } = delivery.data;
    const texts = await Promise.all(licenseFiles.map((file) => readFile(join(project, path, file), 'utf8')));
    const licenses = [...new Set(texts.flatMap(licensesIn))].sort();
    return { licenses, category: categoryOf(licenses) };
  }
}

/** What a license asks of those who pass the work on, from least to most. */
export type Category = 'permissive' | 'weak copyleft' | 'copyleft' | 'unknown';

/** The SPDX names of the licenses whose sentences a text holds. */
export function licensesIn(text: string): readonly string[] {
  const words = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, ' ');
  return RULES.filter(({ has, lacks }) => has.test(words) && lacks?.test(words) !== true).map(({ license }) => license);
}

/** The strictest category among these licenses, since a file with several may mean all of them. */
export function categoryOf(licenses: readonly string[]): Category {
  const found = RULES.filter(({ license }) => licenses.includes(license)).map(({ category }) => category);
  return STRICTEST_FIRST.find((category) => found.includes(category)) ?? 'unknown';
}

/** A license, and the words by which its text differs from all others: lower case, one space between, no punctuation. */
interface Rule {
  readonly license: string;
  readonly category: Category;
  readonly has: RegExp;
  readonly lacks?: RegExp;
}

const STRICTEST_FIRST: readonly Category[] = ['copyleft', 'weak copyleft', 'permissive'];

const MIT_GRANT = /permission is hereby granted free of charge to any person obtaining a copy of this software/;
const MIT_NOTICE = /the above copyright notice and this permission notice/;
const BSD_GRANT = /redistribution and use (of this software )?in source and binary forms with or without modification/;
const BSD_NO_ENDORSEMENT = /names? of .{0,250}may (not )?be used to endorse or promote/;
const BSD_ADVERTISING = /all advertising materials mentioning features/;

const permissive = (license: string, has: RegExp, lacks?: RegExp): Rule => rule('permissive', { license, has, lacks });
const weak = (license: string, has: RegExp, lacks?: RegExp): Rule => rule('weak copyleft', { license, has, lacks });
const copyleft = (license: string, has: RegExp, lacks?: RegExp): Rule => rule('copyleft', { license, has, lacks });

const RULES: readonly Rule[] = [
  permissive('MIT', both(MIT_GRANT, MIT_NOTICE), /for good not evil/),
  permissive('MIT-0', MIT_GRANT, MIT_NOTICE),
  permissive(
    'ISC',
    /copy modify and (or )?distribute this software for any purpose with or without fee is hereby granted provided/,
  ),
  permissive(
    '0BSD',
    /copy modify and (or )?distribute this software for any purpose with or without fee is hereby granted the software/,
  ),
  permissive('BSD-2-Clause', BSD_GRANT, BSD_NO_ENDORSEMENT),
  permissive('BSD-3-Clause', both(BSD_GRANT, BSD_NO_ENDORSEMENT), BSD_ADVERTISING),
  permissive('BSD-4-Clause', both(BSD_GRANT, BSD_ADVERTISING)),
  permissive('Apache-2.0', /apache license version 2 0/),
  permissive('BlueOak-1.0.0', /blue oak model license/),
  permissive('BSL-1.0', /boost software license version 1 0/),
  permissive('Zlib', /altered source versions must be plainly marked as such/),
  permissive('Unlicense', /this is free and unencumbered software released into the public domain/),
  permissive('WTFPL', /do what the fuck you want to public license/),
  permissive('CC0-1.0', /cc0 1 0 universal/),
  permissive('CC-BY-3.0', /creative commons attribution 3 0|attribution 3 0 unported/),
  permissive('CC-BY-4.0', /attribution 4 0 international/),
  permissive('PSF-2.0', /python software foundation license version 2/, /beopen/),
  permissive('Python-2.0', /beopen python open source license agreement/),
  permissive('Artistic-2.0', /the artistic license 2 0/),
  weak('MPL-2.0', /mozilla public license (version|v) 2 0/),
  weak('EPL-2.0', /eclipse public license (version |v )?2 0/),
  weak('CDDL-1.0', /common development and distribution license (cddl )?version 1 0/),
  weak('LGPL-2.1', /gnu lesser general public license version 2 1 february 1999/),
  weak('LGPL-3.0', /gnu lesser general public license version 3 29 june 2007/),
  weak('OFL-1.1', /sil open font license version 1 1/),
  copyleft('GPL-2.0', /gnu general public license version 2 june 1991/),
  copyleft('GPL-3.0', /gnu general public license version 3 29 june 2007/),
  copyleft('AGPL-3.0', /gnu affero general public license version 3 19 november 2007/),
  copyleft('CC-BY-SA-4.0', /attribution sharealike 4 0 international/),
  copyleft('EUPL-1.2', /european union public licence v 1 2/),
];

function rule(
  category: Category,
  { lacks, ...words }: { license: string; has: RegExp; lacks: RegExp | undefined },
): Rule {
  return lacks === undefined ? { category, ...words } : { category, ...words, lacks };
}

/** Both, the second after the first. */
function both(first: RegExp, second: RegExp): RegExp {
  return new RegExp(`${first.source}.*${second.source}`);
}
