import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';

/** Lets a request change something only with `Authorization: Bearer <SHOP_TOKEN>`. Without a token the shop does not start. */
@Injectable()
export class TokenGuard implements CanActivate {
  private readonly expected = Buffer.from(`Bearer ${shopToken()}`);

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length === this.expected.length && timingSafeEqual(given, this.expected)) return true;
    throw new UnauthorizedException('Send the header "Authorization: Bearer <SHOP_TOKEN>".');
  }
}

function shopToken(): string {
  const token = process.env['SHOP_TOKEN'];
  if (!token || token.length < 8) throw new Error('SHOP_TOKEN is not set, or shorter than 8 characters.');
  return token;
}
