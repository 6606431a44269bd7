// inventory.module.ts: the other service
import { Controller, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { HandlerInput } from 'reprise/contracts';
import { Handles, type Handlers, type HandlerStep, ParticipantModule } from 'reprise/participant';
import { DataSource } from 'typeorm';
import { Inventory } from './contracts.js';

// `implements Handlers`: a missing operation does not compile
@Controller()
export class InventoryController implements Handlers<typeof Inventory> {
  @Handles(Inventory.reserve)
  async reserve({ orderId, lines }: HandlerInput<typeof Inventory.reserve>, step: HandlerStep) {
    for (const { sku, quantity } of lines) {
      const [, taken] = await step.manager.query(
        'update stock set available = available - $2 where sku = $1 and available >= $2',
        [sku, quantity],
      );
      if (taken === 0) throw new Inventory.errors.OutOfStock({ sku }); // undoes what this handler wrote
    }
    await step.manager.query('insert into reservation (order_id, lines) values ($1, $2)', [
      orderId,
      JSON.stringify(lines),
    ]);
    return { reservationId: `r-${orderId}` };
  }

  @Handles(Inventory.release)
  async release({ orderId }: HandlerInput<typeof Inventory.release>, step: HandlerStep) {
    await step.manager.query('select release_reservation($1)', [orderId]); // safe when there is none
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL! }),
    ParticipantModule.forRootAsync({
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => ({ inbox: { dataSource } }), // a repeated delivery gets the first answer
    }),
  ],
  controllers: [InventoryController],
})
export class InventoryModule {}
