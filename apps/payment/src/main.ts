import 'reflect-metadata';
import { runService } from '@shop/service';
import { PaymentModule } from './payment.module.js';

await runService('payment', PaymentModule);
