import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { catalogue } from './catalogue.ts';

interface Declaration {
  name: string;
  schedule: string;
  timeZone: string;
  command: string[];
  description: string;
}

const { jobs } = JSON.parse(readFileSync(new URL('../jobs.json', import.meta.url), 'utf8')) as { jobs: Declaration[] };

describe('jobs.json', () => {
  it('declares exactly the jobs that exist', () => {
    expect(jobs.map((job) => job.command[0]).sort()).toEqual([...catalogue.keys()].sort());
  });

  it.each(jobs)('says of $name when, where and what', ({ name, schedule, timeZone, command, description }) => {
    expect(name).toMatch(/^[a-z]([a-z0-9-]{0,50}[a-z0-9])?$/); // also the name of a Kubernetes CronJob
    expect(schedule.split(' ')).toHaveLength(5);
    expect(() => new Intl.DateTimeFormat('en', { timeZone })).not.toThrow();
    expect(command).toHaveLength(1);
    expect(description).toMatch(/\.$/);
  });
});
