import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/** Lets a caller know what went wrong: Nest's own filter would say "Internal server error". */
@Catch()
export class CallErrorFilter implements RpcExceptionFilter<Error> {
  catch({ name, message }: Error): Observable<never> {
    return throwError(() => ({ name, message }));
  }
}
