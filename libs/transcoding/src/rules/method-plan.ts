import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { type PathTemplate, parseTemplate } from '../path/template.ts';
import { grpcPathOf, type HttpBinding, resolveFieldPath, selectorOf } from './http-rules.ts';

/** A binding with everything that can be known before a request comes. */
export interface MethodPlan extends HttpBinding {
  readonly selector: string;
  readonly grpcPath: string;
  readonly path: PathTemplate;
  /** Fields of each path variable, in the order of the template. */
  readonly pathFields: readonly (readonly DescField[])[];
  /** Where the body goes, outermost first; empty for `*` and for rules without a body. */
  readonly bodyFields: readonly DescField[];
  /** The body is the bytes of a google.api.HttpBody at bodyFields. */
  readonly httpBodyIn: boolean;
  /** What a further binding of a method with raw bodies names as its own body: there, though empty, in the message. */
  readonly emptyFields: readonly DescField[];
  /** The response is the bytes of a google.api.HttpBody at responseFields. */
  readonly httpBodyOut: boolean;
  readonly responseFields: readonly DescField[];
}

const HTTP_BODY = 'google.api.HttpBody';

/** Whether the body is a stream of messages. */
export function takesStream({ method: { methodKind } }: HttpBinding): boolean {
  return methodKind === 'client_streaming' || methodKind === 'bidi_streaming';
}

/**
 * Prepares a binding. Mistakes of the rule go to `problem` and make it return undefined. `first` is the method's first
 * binding: Envoy asks that one alone whether bodies are those of a google.api.HttpBody, and where it is.
 */
export function planOf(
  binding: HttpBinding,
  first: HttpBinding,
  problem: (text: string) => void,
): MethodPlan | undefined {
  const selector = selectorOf(binding.method);
  const at = `${selector}: ${binding.httpMethod} ${binding.template}`;
  const { input, output } = binding.method;
  const bodyFields = bodyFieldsOf(binding);
  const firstBodyFields = bodyFieldsOf(first);
  const httpBodyIn = typeof firstBodyFields !== 'string' && ends(input, firstBodyFields);
  const responseFields = first.responseBody === '' ? [] : fields(output, first.responseBody);
  let path: PathTemplate;
  try {
    path = parseTemplate(binding.template);
  } catch (error) {
    problem(`${selector}: ${(error as Error).message}`);
    return undefined;
  }
  const pathFields = path.variables.map((variable) => resolveFieldPath(input, variable.fieldPath));
  const wrong = [bodyFields, responseFields, ...pathFields].filter((found) => typeof found === 'string');
  for (const text of wrong) problem(`${at}: ${text}`);
  if (wrong.length) return undefined;
  const plan = {
    ...binding,
    selector,
    grpcPath: grpcPathOf(binding.method),
    path,
    pathFields: pathFields as DescField[][],
    bodyFields: (httpBodyIn ? firstBodyFields : bodyFields) as DescField[],
    responseFields: responseFields as DescField[],
    httpBodyIn,
    emptyFields: (httpBodyIn && binding !== first ? bodyFields : []) as DescField[],
    httpBodyOut: ends(output, responseFields as DescField[]),
  };
  if (plan.responseFields.length > 0 && !plan.httpBodyOut) {
    problem(
      `${at}: Setting "response_body" is not supported yet for non-HttpBody fields: ${plan.responseFields.at(-1)?.name}`,
    );
    return undefined;
  }
  return plan;
}

function bodyFieldsOf({ body, method }: HttpBinding): DescField[] | string {
  return body === '' || body === '*' ? [] : fields(method.input, body);
}

function fields(message: DescMessage, path: string): DescField[] | string {
  return resolveFieldPath(message, path.split('.'));
}

function ends(message: DescMessage, path: readonly DescField[]): boolean {
  const last = path.at(-1);
  return (last ? last.message?.typeName : message.typeName) === HTTP_BODY && last?.fieldKind !== 'list';
}
