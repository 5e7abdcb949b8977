/** HTTP status of each gRPC code, https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const HTTP_STATUS = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

/** 500 for a code that gRPC does not define. */
export function httpStatusOf(grpcCode: number): number {
  return HTTP_STATUS[grpcCode] ?? 500;
}

/** What a gRPC client hears of an HTTP status, https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
export function grpcStatusOf(httpStatus: number): number {
  return FROM_HTTP[httpStatus] ?? 2;
}

const FROM_HTTP: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};
