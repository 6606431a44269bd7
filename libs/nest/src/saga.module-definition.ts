import { ConfigurableModuleBuilder } from '@nestjs/common';
import { SAGA_MODULE_OPTIONS, type SagaModuleOptions } from './saga-module-options.js';

export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SagaModuleOptions>({ moduleName: 'Saga', optionsInjectionToken: SAGA_MODULE_OPTIONS })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createSagaOptions')
    .build();
