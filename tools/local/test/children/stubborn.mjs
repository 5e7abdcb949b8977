// A service that does not end when asked to.
process.on('SIGTERM', () => console.log('no'));
process.send?.({ event: 'ready' });
setInterval(() => {}, 1_000);
