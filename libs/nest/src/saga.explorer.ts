import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { sagaRecordOf, type SagaClass } from 'reprise/decorators';

/** A saga class among the providers of this process. */
export interface FoundSaga {
  readonly sagaClass: SagaClass;
  /** The module that provides it. */
  readonly module: string;
  /** False when the class, or something it needs, is made anew for each request or each consumer. */
  readonly isSingleton: boolean;
  /** The ordinary provider, which performs local steps. */
  host(): object;
}

type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Finds the saga classes among the providers. */
@Injectable()
export class SagaExplorer {
  constructor(@Inject(DiscoveryService) private readonly discovery: DiscoveryService) {}

  /** One entry for each place where a saga is provided. */
  explore(): FoundSaga[] {
    return this.discovery.getProviders().flatMap((wrapper) => {
      const sagaClass = sagaClassOf(wrapper);
      if (!sagaClass) return [];
      return {
        sagaClass,
        module: wrapper.host?.name ?? 'an unknown module',
        isSingleton: wrapper.isDependencyTreeStatic() && !wrapper.isTransient,
        host: () => wrapper.instance as object,
      };
    });
  }
}

/** The class that is provided, also if something stands in for it (`overrideProvider(PlaceOrderSaga)`). */
function sagaClassOf(wrapper: InstanceWrapper): SagaClass | undefined {
  if (wrapper.isAlias) return undefined;
  const candidate = [wrapper.token, wrapper.metatype].find((type) => sagaRecordOf(type) !== undefined);
  return candidate as SagaClass | undefined;
}
