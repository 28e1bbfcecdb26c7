import { licencesAnswer } from '../../../contracts/credit/connectors.ts';
import type { LicencesAnswer } from '../../../contracts/credit/connectors.ts';
import { NO_END } from '../../../domain/platform/date-bounds.ts';
import { lookUp, told } from './connector.ts';
import type { Connector, ConnectorSettings } from './connector.ts';

/** The registry of medical-device operating licences. Of several licences the one that carries furthest counts. */
export function licencesConnector(settings: ConnectorSettings): Connector {
  return {
    name: 'licences',
    ask: (request) =>
      lookUp(settings, request, licencesAnswer, ({ licences }) => {
        const best = bestOf(licences);
        return [told('licenceState', best?.state ?? 'none'), told('licenceUntil', best && (best.validUntil ?? NO_END))];
      }),
  };
}

type Licence = LicencesAnswer['licences'][number];

function bestOf(licences: readonly Licence[]): Licence | undefined {
  const valid = licences.filter((licence) => licence.state === 'valid');
  return (valid.length > 0 ? valid : licences).toSorted((a, b) =>
    (a.validUntil ?? NO_END) < (b.validUntil ?? NO_END) ? 1 : -1,
  )[0];
}
