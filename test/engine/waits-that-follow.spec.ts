import { Query, Saga, Signal, Step, type SagaContext } from 'reprise/decorators';
import { testSaga } from 'reprise/testing';

@Saga({ name: 'waits.that.follow' })
class WaitsThatFollowSaga {
  private told = false;
  private opened = false;
  @Signal() tell(): void {
    this.told = true;
  }
  async run(_input: string, saga: SagaContext): Promise<boolean> {
    const second = saga.until(() => this.opened);
    await saga.until(() => this.told);
    this.opened = true;
    return second;
  }
}

@Saga({ name: 'drawing' })
class DrawingSaga {
  private saga!: SagaContext;
  private done = false;
  @Query() number(): number {
    return this.saga.random();
  }
  @Query() uuid(): string {
    return this.saga.uuid();
  }
  @Signal() finish(): void {
    this.done = true;
  }
  async run(_input: string, saga: SagaContext): Promise<number> {
    this.saga = saga;
    await saga.until(() => this.done);
    return saga.random();
  }
}

@Saga({ name: 'cancelled.meanwhile' })
class CancelledMeanwhileSaga {
  @Step({ retry: { attempts: 100 } }) async call(): Promise<void> {}
  async run(_input: string, saga: SagaContext): Promise<void> {
    try {
      await this.call();
    } catch (error) {
      await saga.shielded(() => saga.sleep('1 hour'));
      throw error;
    }
  }
}

@Saga({ name: 'relay.child' })
class RelayChildSaga {
  async run(rounds: number, saga: SagaContext): Promise<string> {
    if (rounds > 0) return saga.continueAsNew(rounds - 1);
    return 'there';
  }
}

@Saga({ name: 'relay.parent' })
class RelayParentSaga {
  async run(rounds: number, saga: SagaContext): Promise<string> {
    return saga.child(RelayChildSaga, rounds);
  }
}

@Saga({ name: 'hearing' })
class HearingSaga {
  private heard: string[] = [];
  @Signal() tell(what: string): void {
    this.heard.push(what);
  }
  async run(before: string[], saga: SagaContext): Promise<string[]> {
    await saga.until(() => this.heard.length > 0);
    const all = [...before, ...this.heard];
    return all.length < 2 ? saga.continueAsNew(all) : all;
  }
}

describe('what follows from one event', () => {
  it('M2 ends each wait whose condition another wait made true', async () => {
    const run = await testSaga(WaitsThatFollowSaga).start('x');
    await run.signal('tell');
    await expect(run.result()).resolves.toBe(true);
  });

  it('D7 draws no number and no UUID in a query', async () => {
    const run = await testSaga(DrawingSaga).start('x');
    await expect(run.query('number')).rejects.toThrow('a random number');
    await expect(run.query('uuid')).rejects.toThrow('a UUID');
    await run.signal('finish');
    await run.result();
  });

  it('C7 tries a step no more that was cancelled, while the code is still busy with it', async () => {
    let tries = 0;
    const run = await testSaga(CancelledMeanwhileSaga)
      .step('call', () => {
        tries++;
        throw new Error('no line');
      })
      .start('x');
    await run.cancel('enough');
    const before = tries;
    await run.advance('30 minutes');
    expect(run.status).toBe('running');
    expect(tries).toBe(before);
  });

  it('C6 D8 answers its parent after it has continued as another run', async () => {
    const run = await testSaga(RelayParentSaga).hosting(testSaga(RelayChildSaga)).start(2);
    await expect(run.result()).resolves.toBe('there');
  });

  it('D8 M1 leaves to the next run what came in the same moment as the signal that ended this one', async () => {
    const process = await testSaga(HearingSaga).open();
    await process.start(HearingSaga, []);
    await process.act((engine) =>
      Promise.all([engine.signal('test', 'tell', ['one']), engine.signal('test', 'tell', ['two'])]),
    );
    const run = await process.find(HearingSaga, 'test');
    await expect(run.result()).resolves.toEqual(['one', 'two']);
  });
});
