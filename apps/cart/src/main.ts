import 'reflect-metadata';
import { runService } from '@shop/service';
import { CartModule } from './cart.module.js';

await runService('cart', CartModule);
