// Preloaded into every process of the local run (node --import): when the runner dies, even by SIGKILL, its end of the
// IPC channel closes, and this process ends in order, or is ended after ten seconds.
const GRACE_MS = 10_000;

if (process.channel) {
  process.once('disconnect', () => {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  // Listening must not keep a process alive that has nothing else to do.
  process.channel.unref();
}
