import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { SagaError, type SagaErrorCode } from 'reprise';

const HTTP_STATUS: Partial<Record<SagaErrorCode, number>> = {
  INVALID_INPUT: 400,
  INVALID_ID: 400,
  UNKNOWN_INSTANCE: 404,
  DUPLICATE_ID: 409,
  INSTANCE_CLOSED: 409,
  PAYLOAD_TOO_LARGE: 413,
  NOT_SERIALISABLE: 400,
  SHUTTING_DOWN: 503,
  STORE_UNAVAILABLE: 503,
};

/** Answers the engine's errors with their code and their two sentences. */
@Catch(SagaError)
export class SagaErrorFilter implements ExceptionFilter<SagaError> {
  catch(error: SagaError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<{ status(code: number): { json(body: unknown): void } }>();
    const status = HTTP_STATUS[error.code] ?? 500;
    response.status(status).json({ statusCode: status, code: error.code, message: error.message });
  }
}
