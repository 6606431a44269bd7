import { ServerMqtt, type MqttOptions } from '@nestjs/microservices';
import type { ServerRecipe } from './server-recipe.js';

/** A shared subscription with the name of the service makes one replica take each command. That needs version 5 of the protocol. */
export const mqttServer: ServerRecipe = ({ service, options }) =>
  new SharingServerMqtt(service, { protocolVersion: 5, reconnectPeriod: 500, ...options });

class SharingServerMqtt extends ServerMqtt {
  constructor(
    private readonly service: string,
    private readonly settings: Required<MqttOptions>['options'],
  ) {
    super(settings);
  }

  override getRequestPattern(pattern: string): string {
    return this.settings.protocolVersion === 5 && !pattern.startsWith('$')
      ? `$share/${this.service}/${pattern}`
      : pattern;
  }
}
