/** HTTP status of each gRPC code, https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const HTTP_STATUS = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

/** 500 for a code that gRPC does not define. */
export function httpStatusOf(grpcCode: number): number {
  return HTTP_STATUS[grpcCode] ?? 500;
}
