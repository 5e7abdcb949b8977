import type { Overlay } from './overlay.ts';

/** Where a rule does not hold on purpose. */
interface Waiver {
  /** Overlay or component. */
  readonly overlay: string;
  readonly rule: string;
  /** Which of the rule's findings. */
  readonly findings: RegExp;
  readonly reason: string;
}

const WAIVERS: readonly Waiver[] = [
  {
    overlay: 'local',
    rule: 'availability',
    findings: /minReplicas is 1/,
    reason: 'One machine: a second pod would die with the first.',
  },
  {
    overlay: 'single',
    rule: 'availability',
    findings: /minReplicas is 1/,
    reason: 'What the component is for.',
  },
  {
    overlay: 'standby',
    rule: 'availability',
    findings: /^Deployment outbox-relay .*(autoscaler|replicas)/,
    reason: 'The relay of the standing-by platform must not move events.',
  },
  {
    overlay: 'dev',
    rule: 'availability',
    findings: /./,
    reason: "One developer's pods may go at any time: the edit loop replaces them at once.",
  },
  {
    overlay: 'dev',
    rule: 'security-context',
    findings: /root file system can be written/,
    reason: 'The edit loop copies new bundles to /app.',
  },
  {
    overlay: 'dev',
    rule: 'drain',
    findings: /preStop/,
    reason: 'Nobody but the developer waits for an answer.',
  },
];

/** Whether this finding is there on purpose. */
export function isWaived({ parts }: Overlay, rule: string, finding: string): boolean {
  return WAIVERS.some((each) => parts.includes(each.overlay) && each.rule === rule && each.findings.test(finding));
}
