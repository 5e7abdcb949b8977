import { invalid } from './errors.ts';

export type ResourceKind = 'topics' | 'subscriptions' | 'snapshots' | 'schemas';

/** What a topic is called by its subscriptions once it is deleted. */
export const DELETED_TOPIC = '_deleted-topic_';

/** Wider than real project ids (6 to 30, lower case): people who need no project write demo_project, P or {{projectId}}. */
const PROJECT = /^projects\/[\w.:{}-]{1,100}$/;
const RULES = 'Refer to https://cloud.google.com/pubsub/docs/admin#resource_names for more information.';
const ID = /^[A-Za-z][A-Za-z0-9._~+%-]{2,254}$/;

/** Checks `projects/{project}`. */
export function checkProject(name: string, field = 'project'): string {
  if (!PROJECT.test(name)) {
    throw invalid(`Invalid resource name given (${field}=${name}): expected "projects/{project}". ${RULES}`);
  }
  return name;
}

/**
 * Checks `projects/{project}/{kind}/{id}`. Ids start with a letter, have 3 to 255 of letters, digits and -._~+% and do
 * not start with "goog": https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
 */
export function checkName(kind: ResourceKind, name: string, field: string): string {
  const [projects, project, found, id, ...rest] = name.split('/');
  const shape = projects === 'projects' && PROJECT.test(`projects/${project}`) && found === kind && rest.length === 0;
  if (!shape || id === undefined) {
    throw invalid(
      `Invalid resource name given (${field}=${name}): expected "projects/{project}/${kind}/{id}". ${RULES}`,
    );
  }
  if (!ID.test(id) || id.startsWith('goog')) {
    throw invalid(
      `Invalid resource name given (${field}=${name}): the id must have 3 to 255 characters, start with a letter, ` +
        'contain only letters, digits, dashes, periods, underscores, tildes, plus or percent signs, and not start with ' +
        `"goog". ${RULES}`,
    );
  }
  return name;
}

/** `projects/{project}` of a resource name. */
export const projectOf = (name: string): string => name.split('/', 2).join('/');

const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/** Checks labels: at most 64, lower case: https://cloud.google.com/pubsub/docs/create-topic#labels */
export function checkLabels(labels: Readonly<Record<string, string>>): void {
  const entries = Object.entries(labels);
  if (entries.length > 64) throw invalid(`labels has ${entries.length} entries; at most 64 are allowed.`);
  for (const [key, value] of entries) {
    if (!LABEL_KEY.test(key)) {
      throw invalid(
        `Invalid label key "${key}": lower-case letters, digits, - and _, starting with a letter, 1 to 63.`,
      );
    }
    if (!LABEL_VALUE.test(value)) {
      throw invalid(`Invalid value "${value}" of label "${key}": lower-case letters, digits, - and _, at most 63.`);
    }
  }
}
