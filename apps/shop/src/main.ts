import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { announce, portOf } from '@shop/service';
import { SagaErrorFilter } from './saga-error.filter.js';
import { ShopModule } from './shop.module.js';

const app = await NestFactory.create(ShopModule);
app.useGlobalFilters(new SagaErrorFilter());
app.enableShutdownHooks();
const port = portOf('shop');
await app.listen(port, '127.0.0.1');
announce(app, 'shop', port);
