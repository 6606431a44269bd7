import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { announce, byModel, model, portOf, transportTo } from '@shop/service';
import { listenAs } from 'reprise/participant';
import { ChoreographedShopModule } from './choreographed-shop.module.js';
import { CoupledShopModule } from './coupled-shop.module.js';
import { SagaErrorFilter } from './saga-error.filter.js';
import { ShopModule } from './shop.module.js';

const app = await NestFactory.create(
  byModel({ orchestrated: ShopModule, choreographed: ChoreographedShopModule, coupled: CoupledShopModule }),
);
app.useGlobalFilters(new SagaErrorFilter());
app.enableShutdownHooks();
if (model() === 'choreographed') {
  app.connectMicroservice(listenAs('orders', transportTo('orders')), { inheritAppConfig: true });
  await app.startAllMicroservices();
}
const port = portOf('shop');
await app.listen(port, '127.0.0.1');
announce(app, 'shop', port);
