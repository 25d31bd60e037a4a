// The report's content, and whether a package declares what its license text says. Everything but `run` is the same whenever the same packages
// are audited.
import parse, { type Info } from 'spdx-expression-parse';
import type { AuditOutcome, DeadLetter, PackageAudit } from '../send-and-collect.js';
import type { Category } from '../handlers/classify-license.js';

export interface Report {
  readonly project: string;
  readonly totals: { readonly packages: number; readonly files: number; readonly sizeBytes: number };
  /** How many packages there are of each category, and by the licenses of their texts: most first. */
  readonly categories: Readonly<Record<Category, number>>;
  readonly licenses: readonly LicenseCount[];
  /** The packages whose text is another license's than they declare. */
  readonly differing: readonly ReportedPackage[];
  readonly largest: readonly ReportedPackage[];
  readonly deadLetters: readonly DeadLetter[];
  readonly packages: readonly ReportedPackage[];
  readonly jobs: { readonly sent: number; readonly acked: number; readonly deadLettered: number };
  readonly run: RunFacts & { readonly slowest: readonly SlowPackage[] };
}

/** How this one run went. */
export interface RunFacts {
  readonly startedAt: string;
  readonly tookMs: number;
  readonly workers: number;
  readonly consumers: number;
  readonly kills: number;
  readonly redelivered: number;
}

export interface LicenseCount {
  readonly license: string;
  readonly category: Category;
  readonly packages: number;
}

export interface ReportedPackage {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly files: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly declared: string | null;
  readonly licenseFiles: readonly string[];
  readonly licenses: readonly string[];
  readonly category: Category;
  readonly agreement: Agreement;
}

export interface SlowPackage {
  readonly path: string;
  readonly tookMs: number;
}

export function makeReport(project: string, outcome: AuditOutcome, run: RunFacts): Report {
  const packages = outcome.packages.map(reported).sort(by(({ path }) => path));
  const deadLetters = [...outcome.deadLetters].sort(by(({ path }) => path));
  const slowest = outcome.packages.map(({ path, scanned }) => ({ path, tookMs: Math.round(scanned.tookMs * 10) / 10 }));
  return {
    project,
    totals: {
      packages: packages.length,
      files: sum(packages.map(({ files }) => files)),
      sizeBytes: sum(packages.map(({ sizeBytes }) => sizeBytes)),
    },
    categories: countCategories(packages),
    licenses: countLicenses(packages),
    differing: packages.filter((each) => each.agreement === 'differs'),
    largest: most(packages, ({ sizeBytes }) => sizeBytes),
    deadLetters,
    packages,
    jobs: { sent: outcome.sent, acked: outcome.acked, deadLettered: deadLetters.length },
    run: { ...run, slowest: most(slowest, ({ tookMs }) => tookMs) },
  };
}

/** The licenses of a package's texts, or why there is none. */
export function licenseLabel({ licenses, licenseFiles }: Pick<ReportedPackage, 'licenses' | 'licenseFiles'>): string {
  if (licenses.length > 0) return licenses.join(', ');
  return licenseFiles.length > 0 ? '(text not recognized)' : '(no license text)';
}

function reported({ path, scanned, classified }: PackageAudit): ReportedPackage {
  const { tookMs: _, ...facts } = scanned;
  return { ...facts, path, ...classified, agreement: agreement(scanned.declared, classified.licenses) };
}

function countCategories(packages: readonly ReportedPackage[]): Report['categories'] {
  const count = (wanted: Category) => packages.filter(({ category }) => category === wanted).length;
  return {
    permissive: count('permissive'),
    'weak copyleft': count('weak copyleft'),
    copyleft: count('copyleft'),
    unknown: count('unknown'),
  };
}

function countLicenses(packages: readonly ReportedPackage[]): readonly LicenseCount[] {
  const counts = new Map<string, LicenseCount>();
  for (const each of packages) {
    const license = licenseLabel(each);
    const { packages: before } = counts.get(license) ?? { packages: 0 };
    counts.set(license, { license, category: each.category, packages: before + 1 });
  }
  return [...counts.values()].sort((a, b) => b.packages - a.packages || by<LicenseCount>((each) => each.license)(a, b));
}

const LISTED = 10;

/** The ten with the most of something; where they are even, by path. */
function most<T extends { readonly path: string }>(all: readonly T[], amount: (each: T) => number): readonly T[] {
  return [...all].sort((a, b) => amount(b) - amount(a) || by<T>(({ path }) => path)(a, b)).slice(0, LISTED);
}

/** Orders by code units: the same in every language's locale. */
function by<T>(key: (each: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    if (key(a) === key(b)) return 0;
    return key(a) < key(b) ? -1 : 1;
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** `unclear`: one side says nothing that can be compared. */
export type Agreement = 'agrees' | 'differs' | 'unclear';

/** A declared expression agrees with a text when one of the licenses it names is there. */
export function agreement(declared: string | null, found: readonly string[]): Agreement {
  const named = declared === null ? [] : namesIn(declared);
  if (named.length === 0 || found.length === 0) return 'unclear';
  return named.map(family).some((name) => found.map(family).includes(name)) ? 'agrees' : 'differs';
}

function namesIn(expression: string): readonly string[] {
  try {
    return leaves(parse(expression));
  } catch {
    // "SEE LICENSE IN …", "UNLICENSED", or other words.
    return [];
  }
}

function leaves(info: Info): readonly string[] {
  return 'license' in info ? [info.license] : [...leaves(info.left), ...leaves(info.right)];
}

/** The GNU licenses' text is the same whether later versions are allowed or not. */
function family(license: string): string {
  return license.replace(/(-only|-or-later)$/, '');
}
