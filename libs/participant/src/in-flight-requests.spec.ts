import { InFlightRequests } from './in-flight-requests.js';

describe('the requests in flight', () => {
  it('W4 are waited for, and nobody new is let in', async () => {
    const requests = new InFlightRequests();
    expect(requests.enter()).toBe(true);
    const drained = requests.drain(60_000);
    expect(requests.enter()).toBe(false);
    requests.leave();
    expect(await drained).toBe(0);
  });

  it('W4 are given up when the time is up', async () => {
    const requests = new InFlightRequests();
    requests.enter();
    expect(await requests.drain(1)).toBe(1);
  });
});
