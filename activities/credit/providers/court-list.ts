import { courtListAnswer } from '../../../contracts/credit/connectors.ts';
import { lookUp, told } from './connector.ts';
import type { Connector, ConnectorSettings } from './connector.ts';

/** Sanctions and the courts' lists: entries in force, and enforcement cases that are open. An empty list is an answer too. */
export function courtListConnector(settings: ConnectorSettings): Connector {
  return {
    name: 'court-list',
    ask: (request) =>
      lookUp(settings, request, courtListAnswer, ({ entries, openCases }) => [
        told(
          'listed',
          entries.map(({ list, since = null, reference = null }) => ({ list, since, reference })),
        ),
        told('courtCases', openCases),
      ]),
  };
}
