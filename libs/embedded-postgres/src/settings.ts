export interface ServerSettings {
  port: number;
  /** False trades safety against power loss for speed: for tests. */
  durable: boolean;
}

/** Settings for a laptop that runs a dozen services beside the server: small memory, loopback only, no socket file. */
export function serverSettings({ port, durable }: ServerSettings): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '32MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    max_wal_size: '256MB',
    min_wal_size: '32MB',
    wal_level: 'minimal',
    max_wal_senders: '0',
    // Worker processes would double the memory of a query on two cores and gain nothing on small tables.
    max_parallel_workers_per_gather: '0',
    io_method: 'sync',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'warning',
    log_line_prefix: '%t [%p] %d ',
    logging_collector: 'off',
    log_checkpoints: 'off',
    ...(durable
      ? {}
      : {
          fsync: 'off',
          synchronous_commit: 'off',
          full_page_writes: 'off',
          checkpoint_timeout: '1h',
          autovacuum_naptime: '1min',
        }),
  };
}

/** The settings as arguments of `postgres`; they win over postgresql.conf, so that an upgrade of Kiban changes them. */
export function settingArguments(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
