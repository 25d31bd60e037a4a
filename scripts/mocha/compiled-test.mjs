// People name tests by their sources, mocha runs what they were compiled to.

const extension = /\.ts$/;

/** What mocha must be given for an argument: the compiled test of `test/…`, and any other argument as it is. */
export function compiledTest(arg) {
  const path = arg.replace(/^\.\//, '').replace(/\/$/, '');
  if (!path.startsWith('test/') || path.startsWith('test/dist/')) return arg;
  const compiled = path.replace('test/', 'test/dist/').replace(extension, '.js');
  return /[*]|\.js$/.test(compiled) ? compiled : `${compiled}/**/*.test.js`;
}
