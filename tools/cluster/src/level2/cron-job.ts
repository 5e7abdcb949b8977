import type { Check } from '../check.ts';
import type { KubeObject } from '../cluster/api.ts';
import type { Platform } from './platform.ts';
import { eventually } from './wait.ts';

/** Two times to fire, and the seconds that the controller takes. */
const TWO_MINUTES_MS = 130_000;

/** Lets one of the rendered cron jobs fire every minute while its first job never ends: Forbid must hold the second. */
export async function cronJobFiresOnce({ api, namespace }: Platform): Promise<Check> {
  const cronJobs = `/apis/batch/v1/namespaces/${namespace}/cronjobs`;
  const [rendered] = (await api.must('GET', cronJobs)).items ?? [];
  if (rendered === undefined) throw new Error(`no cron job in ${namespace}`);
  const name = 'verify-forbid';
  const spec = { ...rendered.spec, schedule: '* * * * *', suspend: false };
  await api.must('POST', cronJobs, { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name }, spec });
  const jobs = async () => {
    const { items = [] } = await api.must('GET', `/apis/batch/v1/namespaces/${namespace}/jobs`);
    return items.filter(({ metadata }: KubeObject) => metadata.ownerReferences?.some((owner) => owner.name === name));
  };
  const skips = async () => {
    const { items = [] } = await api.must(
      'GET',
      `/api/v1/namespaces/${namespace}/events?fieldSelector=reason%3DJobAlreadyActive`,
    );
    return items.length;
  };
  let most = 0;
  const skipped = await eventually(async () => {
    most = Math.max(most, (await jobs()).length);
    return most > 0 && (await skips()) > 0;
  }, TWO_MINUTES_MS);
  most = Math.max(most, (await jobs()).length);
  await api.call('DELETE', `${cronJobs}/${name}?propagationPolicy=Background`);
  const policy = String(spec['concurrencyPolicy' as keyof typeof spec]);
  const problems =
    most === 1 && skipped ? [] : [`${most} jobs, the second time ${skipped ? 'was' : 'was not'} held back`];
  return {
    level: 2,
    what: 'a cron job fires once with Forbid',
    ok: problems.length === 0 && policy === 'Forbid',
    figure: `${most} job; the next time was ${skipped ? 'skipped' : 'not skipped'} while it ran (${policy})`,
    problems,
  };
}
