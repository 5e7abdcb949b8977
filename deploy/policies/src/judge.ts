import type { Overlay } from './overlay.ts';
import { titleOf } from './overlay.ts';
import type { Rule } from './rule.ts';
import { schemaProblems } from './schema/schema-problems.ts';
import { isWaived } from './waivers.ts';

/** One thing that is wrong with an overlay. */
export interface Finding {
  readonly rule: string;
  readonly problem: string;
}

/** Holds an overlay against the schemas of its kinds and against every rule. */
export async function judge(overlay: Overlay, rules: readonly Rule[]): Promise<readonly Finding[]> {
  const schema = await Promise.all(
    overlay.resources.map(async (resource) =>
      (await schemaProblems(resource)).map((problem) => ({
        rule: 'schema',
        problem: `${titleOf(resource)}: ${problem}`,
      })),
    ),
  );
  const broken = rules.flatMap((rule) =>
    problemsOf(rule, overlay)
      .filter((problem) => !isWaived(overlay, rule.name, problem))
      .map((problem) => ({ rule: rule.name, problem })),
  );
  return [...schema.flat(), ...broken];
}

/** An object that lacks what every object of its kind has can stop a rule: then that is what is wrong. */
function problemsOf(rule: Rule, overlay: Overlay): readonly string[] {
  try {
    return rule.check(overlay);
  } catch (error) {
    return [`cannot be judged: ${(error as Error).message}`];
  }
}
