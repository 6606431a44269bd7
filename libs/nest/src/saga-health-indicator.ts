import { Inject, Injectable } from '@nestjs/common';
import { milliseconds, type Duration } from 'reprise/core';
import { SagaEngine, type EngineHealth } from 'reprise/runtime';

export interface HealthLimits {
  /** How long the store may take. Default 1 s. */
  readonly timeout?: Duration;
  /** For how long an instance may be due that no worker takes, before that is `down`. Default: it is told, and down to nobody here. */
  readonly maxOverdue?: Duration;
}

export type SagaHealth = Omit<EngineHealth, 'up'> & { readonly status: 'up' | 'down' };

/**
 * Says whether this process can run sagas, in the shape that `@nestjs/terminus` takes, which it does not need. For readiness: a restart
 * mends no database, so it is not for liveness. Injectable where `SagaModule` is imported.
 * @example this.health.check([() => this.sagas.check()]) // { saga: { status: 'up', store: 'reachable', lease: 'held', … } }
 */
@Injectable()
export class SagaHealthIndicator {
  constructor(@Inject(SagaEngine) private readonly engine: SagaEngine) {}

  /** Never rejects. @param key under which the answer stands */
  async check<Key extends string = 'saga'>(
    key: Key = 'saga' as Key,
    { timeout = '1s', maxOverdue }: HealthLimits = {},
  ): Promise<Record<Key, SagaHealth>> {
    const { up, ...details } = await this.engine.health(timeout);
    const late = maxOverdue !== undefined && (details.overdue ?? 0) > milliseconds(maxOverdue);
    const health: SagaHealth = { status: up && !late ? 'up' : 'down', ...details };
    return { [key]: health } as Record<Key, SagaHealth>;
  }
}
