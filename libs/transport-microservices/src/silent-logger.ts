import { Logger } from '@nestjs/common';

/**
 * For Nest's clients, which log each attempt to connect again, and what they could not read, payloads included. Every such failure
 * also reaches the request that it belongs to.
 */
export class SilentLogger extends Logger {
  override log(): void {}
  override warn(): void {}
  override error(): void {}
  override debug(): void {}
  override verbose(): void {}
}
