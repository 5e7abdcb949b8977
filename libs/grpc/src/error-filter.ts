import { Catch, type ExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/**
 * Hands every error to the transport as it was thrown. Without it Nest's default filter logs errors that are not
 * RpcExceptions itself and replaces them, so their cause would not meet its error id. bootstrapService installs it
 * globally, behind the filters of the application.
 */
export class PassErrors implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

// The decorator as a call: this file stays plain TypeScript that Node runs without a compiler.
Catch()(PassErrors);
