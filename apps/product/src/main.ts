import 'reflect-metadata';
import { runService } from '@shop/service';
import { ProductModule } from './product.module.js';

await runService('product', ProductModule);
