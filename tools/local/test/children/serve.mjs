// A service: ready at once, ends in order on SIGTERM.
process.send?.({ event: 'ready', service: 'fake', grpc: `127.0.0.1:${process.argv[2] ?? 1}` });
setInterval(() => {}, 1_000);
process.on('SIGTERM', () => process.exit(0));
