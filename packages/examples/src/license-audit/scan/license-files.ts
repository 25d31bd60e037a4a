// Which of a package's files hold its license.

/** Whether a file, by its path in the package, is a license's text: LICENSE.md, COPYING, LICENSE-MIT, MIT-LICENSE.txt. */
export function isLicenseFile(path: string): boolean {
  return NAME.test(path) && !CODE.test(path);
}

const NAME = /^([\w-]+[-_.])?((un)?licen[cs]es?|copying(\.lesser)?)([-_.][^/]*)?$/i;
const CODE = /\.([cm]?[jt]sx?|json|map|css|ya?ml|sh|png|svg)$/i;
