import { Transport } from '@nestjs/microservices';
import { isCueEvent, NAMESPACE, sharedKeyMistake, TRANSPORT_CAPABILITIES } from 'reprise/contracts';
import type { TransportRemark } from 'reprise/core';
import { dialectOf } from './dialects.js';
import type { Services } from './service-options.js';

/** What is wrong with the configuration of services, in words. */
export function serviceMistakes(services: Services): string[] {
  return Object.entries(services).flatMap(
    ([service, { transport, options, namespace, sharedKeys, envelope, on = [] }]) => {
      const dialect = dialectOf(transport);
      const mistakes = typeof dialect === 'string' ? [dialect] : dialect.check({ ...options });
      if (!on.every(isCueEvent)) mistakes.push('`on` lists something that is no event; make it with `event()`.');
      if (namespace !== undefined && !NAMESPACE.test(namespace)) {
        mistakes.push(
          `\`namespace: ${JSON.stringify(namespace)}\` has something else than letters, digits, "_" and "-".`,
        );
      }
      if (sharedKeys !== undefined) {
        const mistake = sharedKeyMistake(sharedKeys);
        if (mistake !== undefined) mistakes.push(mistake);
        if (envelope === 'none')
          mistakes.push('`sharedKeys` needs an envelope: there is nothing to sign with `envelope: "none"`.');
      }
      return mistakes.map((mistake) => `Service "${service}": ${mistake}`);
    },
  );
}

/** What is not wrong, but deserves a line at start-up. */
export function serviceRemarks(services: Services): TransportRemark[] {
  return Object.entries(services).flatMap(([service, { transport, options }]) => {
    const dialect = dialectOf(transport);
    if (typeof dialect === 'string') return [];
    const replicas = TRANSPORT_CAPABILITIES[Transport[transport!]]?.replicas;
    return [
      ...(replicas === 'each' ? [eachReplica(service, dialect.name)] : []),
      ...dialect
        .warnings({ ...options })
        .map((what) => ({ level: 'warn' as const, text: `Service "${service}": ${what}` })),
    ];
  });
}

function eachReplica(service: string, transport: string): TransportRemark {
  return {
    level: 'info',
    text:
      `Every replica of "${service}" hears every command on ${transport}. Where its methods have @Handles and an inbox one runs it; ` +
      'otherwise each replica does.',
  };
}
