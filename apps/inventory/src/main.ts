import 'reflect-metadata';
import { runService } from '@shop/service';
import { InventoryModule } from './inventory.module.js';

await runService('inventory', InventoryModule);
