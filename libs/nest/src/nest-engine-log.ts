import { Logger } from '@nestjs/common';
import type { EngineLog } from 'reprise/runtime';

type Details = Readonly<Record<string, unknown>>;

/** The engine's log through the application's logger; details go along as an object for structured loggers. */
export class NestEngineLog implements EngineLog {
  private readonly logger = new Logger('Reprise');

  info(message: string, details?: Details): void {
    this.logger.log(message, ...given(details));
  }

  warn(message: string, details?: Details): void {
    this.logger.warn(message, ...given(details));
  }

  error(message: string, details?: Details): void {
    this.logger.error(message, ...given(details));
  }
}

function given(details: Details | undefined): Details[] {
  return details && Object.keys(details).length > 0 ? [details] : [];
}
