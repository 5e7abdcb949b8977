import type { Rule } from '../rule.ts';

/** Tags that move, by the overlays where that is wanted. */
const MOVING: Readonly<Record<string, readonly string[]>> = { local: ['local'], dev: ['dev'] };
const VERSION = /^(\d+\.\d+(\.\d+)?([-.+].*)?|[a-z]+-v?\d+\.\d+\.\d+)$/;

/** Images whose content does not change under a running platform. */
export const images: Rule = {
  name: 'images',
  why: 'With a tag that moves, a restarted pod runs other code than its neighbours, and a rollback rolls nothing back.',
  check: (overlay) =>
    overlay.workloads.flatMap(({ title, template: { spec } }) =>
      [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ name, image = '' }) => {
        const problem = imageProblem(
          image,
          overlay.parts.flatMap((part) => MOVING[part] ?? []),
        );
        return problem ? [`${title} ${name} ${problem}`] : [];
      }),
    ),
};

function imageProblem(image: string, moving: readonly string[]): string | undefined {
  if (image === '') return 'has no image';
  const [reference = '', digest] = image.split('@');
  if (digest !== undefined) return /^sha256:[0-9a-f]{64}$/.test(digest) ? undefined : `has a bad digest in ${image}`;
  const last = reference.slice(reference.lastIndexOf('/') + 1);
  const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : undefined;
  if (tag === undefined) return `has no tag in ${image}`;
  if (/(^|\/)gcr\.io\/(?!endpoints-release|distroless)/.test(reference)) return `uses gcr.io in ${image}`;
  return VERSION.test(tag) || moving.includes(tag) ? undefined : `has a tag that may move in ${image}`;
}
