// A reader of standard output that goes away early, as `head` does.

/** From now on nobody who stops reading ends the process: the audit goes on, for its report is in files. */
export function outliveReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
