import type { Core } from '../core/core.ts';

const escape = (text: string): string => text.replace(/["\\\n]/g, '\\$&');

/** Prometheus text: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function metricsText(core: Core, openStreams: number): string {
  const lines = [
    '# TYPE pubsub_published_messages_total counter',
    `pubsub_published_messages_total ${core.lastSeq}`,
    '# TYPE pubsub_open_streams gauge',
    `pubsub_open_streams ${openStreams}`,
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    '# TYPE pubsub_backlog_messages gauge',
  ];
  const each = [...core.subscriptions.values()].map(({ name, backlog }) => ({ name: escape(name), backlog }));
  for (const { name, backlog } of each)
    lines.push(`pubsub_backlog_messages{subscription="${name}"} ${backlog.entries.size}`);
  lines.push('# TYPE pubsub_backlog_bytes gauge');
  for (const { name, backlog } of each) lines.push(`pubsub_backlog_bytes{subscription="${name}"} ${backlog.bytes}`);
  lines.push('# TYPE pubsub_outstanding_messages gauge');
  for (const { name, backlog } of each)
    lines.push(`pubsub_outstanding_messages{subscription="${name}"} ${backlog.leases.size}`);
  return `${lines.join('\n')}\n`;
}
