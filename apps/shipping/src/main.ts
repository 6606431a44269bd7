import 'reflect-metadata';
import { runService } from '@shop/service';
import { ShippingModule } from './shipping.module.js';

await runService('shipping', ShippingModule);
