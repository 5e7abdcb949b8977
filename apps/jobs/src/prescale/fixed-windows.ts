import { Cron } from 'croner';
import * as z from 'zod';
import type { Window } from './window.ts';

const entry = z.strictObject({
  name: z.string().min(1),
  /** Five fields, as in a crontab: when the readers arrive. */
  schedule: z.string(),
  timeZone: z.string(),
  minutes: z.number().positive().max(1440),
  factor: z.number().min(1).max(100),
});

/** Times of day at which readers always come, such as a morning push: `PRESCALE_FIXED`, a JSON list. */
export const fixedWindows = z
  .string()
  .default('[]')
  .transform((text, context): z.infer<typeof entry>[] => {
    try {
      const entries = z.array(entry).parse(JSON.parse(text));
      for (const { schedule, timeZone } of entries) new Cron(schedule, { timezone: timeZone, paused: true }).nextRun();
      return entries;
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      context.addIssue(
        `expected a JSON list such as [{"name":"noon","schedule":"0 12 * * *","timeZone":"Asia/Tokyo","minutes":30,"factor":10}]: ${why}`,
      );
      return z.NEVER;
    }
  });

/** The occurrences of fixed times that are open at `now` or open within `leadMs`. */
export function occurrences(entries: z.infer<typeof fixedWindows>, now: number, leadMs: number): Window[] {
  return entries.flatMap(({ name, schedule, timeZone, minutes, factor }) => {
    const cron = new Cron(schedule, { timezone: timeZone, paused: true });
    const windows: Window[] = [];
    let next = cron.nextRun(new Date(now - minutes * 60_000 - 1_000));
    while (next !== null && next.getTime() - leadMs <= now) {
      const from = next.getTime();
      windows.push({ id: `${name}@${next.toISOString()}`, from, to: from + minutes * 60_000, factor });
      next = cron.nextRun(next);
    }
    return windows;
  });
}
