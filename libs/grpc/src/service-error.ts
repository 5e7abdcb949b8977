import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { type Any, anyPack, anyUnpack, durationFromMs } from '@bufbuild/protobuf/wkt';
import { BadRequestSchema, Code, ResourceInfoSchema, RetryInfoSchema } from '@kiban/contracts/google/rpc';
import { RpcException } from '@nestjs/microservices';
import { type ErrorReason, reasonOf } from './error-reasons.ts';

/** One field that breaks a rule. */
export interface FieldViolation {
  /** Path in the spelling of the JSON API: `article.title`, `requests[3].articleId`. */
  field: string;
  description: string;
}

export interface ServiceErrorOptions {
  /** Default: the reason that stands for the code. */
  reason?: ErrorReason;
  /** Facts for machines, sent as ErrorInfo.metadata. */
  metadata?: Record<string, string>;
  /** Messages of google.rpc (BadRequest, RetryInfo, ...), packed. */
  details?: readonly Any[];
  /** What happened inside. It is logged and never sent. */
  cause?: unknown;
}

/**
 * The one error that callers see: gRPC code, a reason to branch on, a message for people and typed details. Everything
 * else that is thrown becomes INTERNAL with an id. It is an RpcException because Nest's default filter lets only those
 * through unchanged.
 */
export class ServiceError extends RpcException {
  override readonly name: string = 'ServiceError';
  readonly code: Code;
  readonly reason: ErrorReason;
  readonly metadata: Readonly<Record<string, string>>;
  readonly details: readonly Any[];

  constructor(code: Code, message: string, options: ServiceErrorOptions = {}) {
    super(message);
    if (options.cause !== undefined) this.cause = options.cause;
    this.code = code;
    this.reason = options.reason ?? reasonOf(code);
    this.metadata = options.metadata ?? {};
    this.details = options.details ?? [];
  }

  /** Nest throws what this returns. */
  override getError(): object {
    return this;
  }

  /** The details of one type: `error.find(BadRequestSchema)`. */
  find<D extends DescMessage>(schema: D): MessageShape<D>[] {
    return this.details.flatMap((detail) => anyUnpack(detail, schema) ?? []);
  }

  static invalidArgument(violations: FieldViolation[], message?: string, options?: ServiceErrorOptions): ServiceError {
    const text = message ?? (violations.map((v) => `${v.field}: ${v.description}`).join('; ') || 'Invalid request.');
    return make(Code.INVALID_ARGUMENT, text, options, detail(BadRequestSchema, { fieldViolations: violations }));
  }

  /** `resource` is a resource name such as `articles/42`. */
  static notFound(resource: string, message = `${resource} was not found.`, options?: ServiceErrorOptions) {
    return make(Code.NOT_FOUND, message, options, aboutResource(resource));
  }

  static alreadyExists(resource: string, message = `${resource} exists already.`, options?: ServiceErrorOptions) {
    return make(Code.ALREADY_EXISTS, message, options, aboutResource(resource));
  }

  /** A lost race: reading again and repeating the change can succeed. */
  static aborted(message: string, options?: ServiceErrorOptions) {
    return make(Code.ABORTED, message, options);
  }

  static failedPrecondition(message: string, options?: ServiceErrorOptions) {
    return make(Code.FAILED_PRECONDITION, message, options);
  }

  static permissionDenied(message: string, options?: ServiceErrorOptions) {
    return make(Code.PERMISSION_DENIED, message, options);
  }

  static unauthenticated(message: string, options?: ServiceErrorOptions) {
    return make(Code.UNAUTHENTICATED, message, options);
  }

  /** `retryAfterMs` tells the caller when to come back (RetryInfo). */
  static resourceExhausted(message: string, retryAfterMs: number, options?: ServiceErrorOptions) {
    const retry = detail(RetryInfoSchema, { retryDelay: durationFromMs(retryAfterMs) });
    return make(Code.RESOURCE_EXHAUSTED, message, options, retry);
  }

  static unavailable(message: string, options?: ServiceErrorOptions) {
    return make(Code.UNAVAILABLE, message, options);
  }

  static deadlineExceeded(message = 'The deadline passed before the answer was ready.', options?: ServiceErrorOptions) {
    return make(Code.DEADLINE_EXCEEDED, message, options);
  }

  static cancelled(message = 'The call was cancelled.', options?: ServiceErrorOptions) {
    return make(Code.CANCELLED, message, options);
  }

  /** A defect: the caller sees an id only, the log has the cause under the same id. */
  static internal(cause?: unknown, options?: ServiceErrorOptions) {
    const errorId = crypto.randomUUID();
    const message = `Internal error. Report this id: ${errorId}`;
    return make(Code.INTERNAL, message, { ...options, metadata: { errorId, ...options?.metadata }, cause });
  }

  /** The ServiceError for anything that was thrown. What is not made for callers becomes INTERNAL. */
  static from(error: unknown): ServiceError {
    if (error instanceof ServiceError) return error;
    if (error instanceof Error && error.name === 'AbortError')
      return ServiceError.cancelled(undefined, { cause: error });
    return ServiceError.internal(error);
  }
}

/** A packed detail of an error. */
export function detail<D extends DescMessage>(schema: D, value: MessageInitShape<D>): Any {
  return anyPack(schema, create(schema, value));
}

function aboutResource(resource: string): Any {
  return detail(ResourceInfoSchema, { resourceType: resource.split('/')[0] ?? '', resourceName: resource });
}

function make(code: Code, message: string, options: ServiceErrorOptions = {}, ...details: Any[]): ServiceError {
  return new ServiceError(code, message, { ...options, details: [...details, ...(options.details ?? [])] });
}
