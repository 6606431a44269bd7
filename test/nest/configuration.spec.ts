import { Injectable, Module, Scope } from '@nestjs/common';
import { contract, type Remote } from 'reprise/contracts';
import { postgres } from 'reprise/postgres';
import { Compensate, InjectSaga, Saga, SagaError, SagaModule, Step } from 'reprise';
import { z } from 'zod';
import { application, closeApplications, memoryStore } from './application.js';
import { RecordingTransport } from './recording-transport.js';

const Parcels = contract('parcels', { send: { input: z.object({ to: z.string() }) } });

@Saga({ name: 'good' })
class GoodSaga {
  async run() {}
}

@Saga({ name: 'good' })
class NamesakeSaga {
  async run() {}
}

@Saga({ name: 'good', version: 2 })
class NextVersionSaga {
  async run() {}
}

@Saga({ name: 'remote' })
class RemoteSaga {
  @Step(Parcels.send) declare send: Remote<typeof Parcels.send>;
  async run() {}
}

@Saga({ name: 'transactional' })
class TransactionalSaga {
  @Step({ transactional: true }) async book() {}
  @Compensate('book', { transactional: { isolation: 'SERIALIZABLE' } }) async cancel() {}
  @Step() async plain() {}
  async run() {}
}

@Injectable({ scope: Scope.REQUEST })
class Tenant {}

@Saga({ name: 'per.request' })
class PerRequestSaga {
  constructor(readonly tenant: Tenant) {}
  async run() {}
}

@Injectable({ scope: Scope.TRANSIENT })
@Saga({ name: 'transient' })
class TransientSaga {
  async run() {}
}

@Saga({ name: 'broken' })
class BrokenSaga {
  @Step({ timeout: '5 secs' as '5s' }) async charge() {}
  async run() {}
}
(Compensate as (step: string) => (target: object, member: string) => void)('nothing')(BrokenSaga.prototype, 'charge');

async function mistakes(
  providers: NonNullable<Parameters<typeof application>[0]['providers']>,
  options: object = {},
  imports: NonNullable<Parameters<typeof application>[0]['imports']> = [],
): Promise<string> {
  const app = await application({
    imports: [SagaModule.forRoot({ store: memoryStore(), ...options }), ...imports],
    providers,
  });
  const error = await app.init().then(
    () => undefined,
    (refusal: unknown) => refusal,
  );
  if (error === undefined) return '';
  expect(error).toBeInstanceOf(SagaError);
  expect((error as SagaError).code).toBe('INVALID_CONFIGURATION');
  return (error as SagaError).message;
}

describe('start-up', () => {
  afterEach(closeApplications);

  it('is content with good sagas, two versions of one among them', async () => {
    await expect(mistakes([GoodSaga, NextVersionSaga])).resolves.toBe('');
  });

  it('reports all mistakes at once, by class and method', async () => {
    const report = await mistakes([
      GoodSaga,
      NamesakeSaga,
      RemoteSaga,
      PerRequestSaga,
      Tenant,
      TransientSaga,
      BrokenSaga,
    ]);
    expect(report.trim().split('\n')).toEqual([
      '7 mistakes keep the sagas from running:',
      '  - BrokenSaga.charge: it is step and compensation at once.',
      '  - BrokenSaga.charge: "5 secs" is not a duration. Write milliseconds as a number, or a number with ms, s, m, h or d, as in "30s" or "2 days".',
      '  - BrokenSaga.charge: it takes back "nothing", which is not a step of this saga; its steps are charge.',
      '  - NamesakeSaga: it has the name and version of GoodSaga ("good", 1).',
      '  - PerRequestSaga: it, or something it injects, is request-scoped or transient; steps run without a request.',
      '  - TransientSaga: it, or something it injects, is request-scoped or transient; steps run without a request.',
      '  - RemoteSaga: it sends parcels.send, but there is no transport; pass `transport: microservices({ … })` from "reprise/microservices" to SagaModule.',
    ]);
  });

  it('reports a service that the transport does not know', async () => {
    const report = await mistakes([RemoteSaga], { transport: new RecordingTransport(['inventory']) });
    expect(report).toContain(
      'One mistake keeps the sagas from running:\n  - parcels.send: there is no service "parcels".',
    );
  });

  it('reports a saga that two modules provide', async () => {
    @Module({ providers: [GoodSaga] })
    class OrdersModule {}
    const report = await mistakes([GoodSaga], {}, [OrdersModule]);
    expect(report).toMatch(/GoodSaga: it is provided by \w+ and again by \w+; provide it once/);
  });

  it('S9 reports transactional steps and undos of a store without a data source', async () => {
    const url = 'postgres://nobody@127.0.0.1:1/none';
    const report = await mistakes([TransactionalSaga], { store: postgres({ url }) });
    expect(report.trim().split('\n')).toEqual([
      '2 mistakes keep the sagas from running:',
      '  - TransactionalSaga.book: it is transactional, but the store has no data source; give postgres() a `dataSource` in place of a `url`.',
      '  - TransactionalSaga.cancel: it is transactional, but the store has no data source; give postgres() a `dataSource` in place of a `url`.',
    ]);
    await expect(mistakes([TransactionalSaga])).resolves.toBe('');
  });

  it('reports a store that is none', async () => {
    await expect(mistakes([GoodSaga], { store: undefined })).resolves.toContain('`store` is not a store');
  });

  it('refuses a client of a class that is no saga, or of nothing', () => {
    class Plain {}
    expect(() => InjectSaga(Plain)).toThrow('A client was asked for Plain, which is not a saga.');
    expect(() => InjectSaga(undefined as never)).toThrow('imported in a circle');
  });
});
