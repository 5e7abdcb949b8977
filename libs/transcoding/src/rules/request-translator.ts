import type { DescField, Registry } from '@bufbuild/protobuf';
import { JsonNumber, JsonObject, type JsonNode } from '../json/json-node.ts';
import { JsonSyntaxError, parseJson } from '../json/parse-json.ts';
import type { TranscodingOptions } from '../options.ts';
import { encodeMessage } from '../wire/encode-message.ts';
import { FieldError } from '../wire/field-error.ts';
import { wrapHttpBody } from '../wire/http-body.ts';
import { type MethodPlan, takesStream } from './method-plan.ts';
import { RequestError } from './request-error.ts';
import { type Collision, type ResolvedBinding, weave } from './weave.ts';

export interface TranslatorSettings {
  readonly registry: Registry;
  readonly options: TranscodingOptions;
  /** Refuse JSON that only protobuf's parser takes. */
  readonly strictJson: boolean;
  /** Hears of everything that strict mode refuses; may throw. */
  readonly doubt: (problem: string) => void;
}

/** Turns the bodies of one request into messages. The bindings go into the first one. */
export class RequestTranslator {
  private readonly plan: MethodPlan;
  private bindings: readonly ResolvedBinding[];
  private first = true;
  private readonly settings: TranslatorSettings;

  constructor(plan: MethodPlan, bindings: readonly ResolvedBinding[], settings: TranslatorSettings) {
    this.plan = plan;
    this.bindings = bindings;
    this.settings = settings;
  }

  /**
   * One message from one JSON text; an empty text is `{}`.
   * @throws RequestError 400 naming the place or the field
   */
  json(text: string): Uint8Array {
    return this.translate(() => this.encode(this.parse(text)));
  }

  /**
   * One message from bytes as they are. The content type goes into the first message only.
   * @throws RequestError 400 when a binding does not fit
   */
  raw(data: Uint8Array, contentType: string | undefined): Uint8Array {
    return this.translate(() => {
      const bound = this.encodeWoven(nested(this.first ? this.plan.emptyFields : [], new JsonObject()));
      this.first = false;
      return Buffer.concat([bound, wrapHttpBody(this.plan.bodyFields, contentType, data)]);
    });
  }

  private parse(text: string): JsonNode {
    if (text === '') return new JsonObject();
    return parseJson(text, { lenient: !this.settings.strictJson });
  }

  private encode(value: JsonNode): Uint8Array {
    const { bodyFields, method } = this.plan;
    if (bodyFields.length === 0) {
      if (value instanceof JsonObject) return this.encodeWoven(value);
      return encodeMessage(method.input, value, this.encodeOptions());
    }
    return this.encodeWoven(nested(bodyFields, value) as JsonObject);
  }

  private encodeWoven(body: JsonObject): Uint8Array {
    weave(body, this.bindings, (found) => this.collided(found));
    this.bindings = [];
    return encodeMessage(this.plan.method.input, body, this.encodeOptions());
  }

  private encodeOptions() {
    const { registry, options, doubt } = this.settings;
    return {
      registry,
      // Upstream's translator of streams of JSON does not hear of the option.
      caseInsensitiveEnums: options.caseInsensitiveEnumParsing && (!takesStream(this.plan) || this.plan.httpBodyIn),
      onLoneValue: (path: string) => doubt(`${path}: one value where a list belongs; write it in [ ]`),
      onNestedList: (path: string) => doubt(`${path}: a list within a list; write its values into the outer one`),
      onUnknownField: (path: string, type: string) => doubt(`${path}: ${type} has no such field`),
    };
  }

  private collided({ binding, bodyValue, differs, protoName }: Collision): void {
    if (!differs) return;
    const name = binding.fields.map((field) => field.jsonName).join('.');
    const problem =
      `The binding value ${binding.value} of the field ${name} is conflicting with the value ` +
      `${bodyValue instanceof JsonNumber ? bodyValue.text : JSON.stringify(bodyValue)} in the body.`;
    // Upstream's translator of streams does not hear of this option either.
    const rejects = this.settings.options.rejectBindingBodyFieldCollisions && !takesStream(this.plan);
    if (protoName && rejects) throw new RequestError(400, problem);
    this.settings.doubt(`${name}: the ${binding.from} and the body give different values`);
  }

  private translate(work: () => Uint8Array): Uint8Array {
    try {
      return work();
    } catch (error) {
      if (error instanceof JsonSyntaxError || error instanceof FieldError) throw new RequestError(400, error.message);
      throw error;
    }
  }
}

function nested(fields: readonly DescField[], value: JsonObject): JsonObject;
function nested(fields: readonly DescField[], value: JsonNode): JsonNode;
function nested(fields: readonly DescField[], value: JsonNode): JsonNode {
  return fields.reduceRight<JsonNode>((inner, field) => new JsonObject([[field.name, inner]]), value);
}
