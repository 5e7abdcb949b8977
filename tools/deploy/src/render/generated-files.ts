import { CRON_JOBS, cronJobs } from './cron-jobs.ts';
import { gatewayFiles } from './gateway-config.ts';
import { overlayNames } from './overlays.ts';

/** Every file under deploy/k8s that is generated, with the content it must have. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([[CRON_JOBS, cronJobs()], ...gatewayFiles(overlayNames())]);
}
