import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type Observable, tap } from 'rxjs';
import { wholeNumber } from './settings.js';

/**
 * Kills this process at one request, `SHOP_DIES_AT`, counted are those that it has done: the effect is durable, and nobody gets the
 * answer. Calls that only undo are not counted.
 */
@Injectable()
export class SuddenDeath implements NestInterceptor {
  private readonly last = wholeNumber('SHOP_DIES_AT', 0);
  private done = 0;

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getHandler().name === 'undo') return next.handle();
    return next.handle().pipe(
      tap(() => {
        if (++this.done === this.last) process.kill(process.pid, 'SIGKILL');
      }),
    );
  }
}
