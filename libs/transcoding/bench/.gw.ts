// A gateway of its own process that tells its CPU time when asked: node gateway-process.ts <backend>
import { descriptorSet } from '@kiban/contracts';
import { createGateway } from '/work/wt/gateway/libs/transcoding/src/index.ts';

const backend = process.argv[2] ?? '';
const gateway = createGateway({
  descriptorSet: descriptorSet(),
  services: ['kiban.bff.v1.BffService'],
  backend: () => backend,
  onAccess: () => {},
});
const port = await gateway.listen(0);
process.send?.({ address: `127.0.0.1:${port}` });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system, rss: process.memoryUsage().rss });
});
process.once('disconnect', () => process.exit(0));
