import { Controller, Module, type Type } from '@nestjs/common';
import { MessagePattern, RpcException } from '@nestjs/microservices';
import { Handles, type HandlerStep, ParticipantModule } from 'reprise/participant';
import type { DataSource } from 'typeorm';
import type { Gate } from '../transactions/process.js';
import type { StockContract } from './stock.js';

/** Few enough characters for the payload limit, but more bytes than a megabyte. */
export const WIDE = '€'.repeat(600_000);

/** What the specs see of the service in their own process. */
export class StockRoom {
  /** Every run of an ordinary handler. */
  readonly rawRuns: unknown[] = [];
  /** The trace contexts that `reserve` was run with, by its `sku`. */
  readonly traces = new Map<string, unknown>();
  /** Lets a spec stop `reserve` in the middle, by its `sku`. */
  readonly gates = new Map<string, Gate>();
}

/** A participant with an inbox in `schema`. What its handlers do is in the table `effect` there. */
export function stockModule(stock: StockContract, room: StockRoom, dataSource: DataSource, schema: string): Type {
  @Controller()
  class StockController {
    @Handles(stock.reserve)
    async reserve({ sku }: { sku: string }, step: HandlerStep) {
      room.traces.set(sku, step.traceparent);
      await step.manager.query(`INSERT INTO ${schema}.effect (key, sku) VALUES ($1, $2)`, [step.key, sku]);
      await room.gates.get(sku)?.pass();
      if (sku === 'none') throw new stock.errors.OutOfStock({ sku, left: 3n });
      if (sku === 'broken') throw new TypeError('the shelf fell over');
      return { id: sku === 'wide' ? WIDE : `r-${sku}` };
    }

    @Handles(stock.echo)
    async echo(value: unknown) {
      return value === 'circle' ? circle() : value;
    }

    @MessagePattern(stock.raw.pattern)
    raw(value: { kind?: string }) {
      return rawAnswer(value, room);
    }
  }

  @Module({
    imports: [ParticipantModule.forRoot({ inbox: { dataSource, schema: `${schema}_inbox` }, drain: '5s' })],
    controllers: [StockController],
  })
  class StockModule {}
  return StockModule;
}

/** A service that knows nothing of Reprise. */
export function ordinaryModule(stock: StockContract, room: StockRoom): Type {
  @Controller()
  class OrdinaryController {
    @MessagePattern(stock.reserve.pattern)
    reserve({ sku, $saga }: { sku: string; $saga: { key: string; traceparent?: string } }) {
      room.traces.set(sku, $saga.traceparent);
      if (sku === 'none') throw new RpcException({ code: 'OutOfStock', data: { sku } });
      if (sku === 'broken') throw new TypeError('a secret');
      return { id: $saga.key };
    }

    @MessagePattern(stock.raw.pattern)
    raw(value: { kind?: string }) {
      return rawAnswer(value, room);
    }
  }

  @Module({ controllers: [OrdinaryController] })
  class OrdinaryModule {}
  return OrdinaryModule;
}

function rawAnswer(value: { kind?: string }, room: StockRoom): unknown {
  room.rawRuns.push(value);
  return value.kind === 'big' ? { big: 10n } : value;
}

function circle(): object {
  const round: Record<string, unknown> = {};
  round['self'] = round;
  return round;
}
