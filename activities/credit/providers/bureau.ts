import { bureauAnswer } from '../../../contracts/credit/connectors.ts';
import type { BureauAnswer } from '../../../contracts/credit/connectors.ts';
import { lookUp, told } from './connector.ts';
import type { Connector, ConnectorSettings } from './connector.ts';

type Amount = NonNullable<BureauAnswer['netAssets']>;
const amounts = (amount: Amount | null | undefined) => (amount ? { [amount.currency]: amount.minor } : null);

/** The credit bureau: registration, ownership, means and the bureau's own score. */
export function bureauConnector(settings: ConnectorSettings): Connector {
  return {
    name: 'bureau',
    ask: (request) =>
      lookUp(settings, request, bureauAnswer, (answer) => [
        told('registeredOn', answer.registeredOn),
        told('registrationState', answer.registrationState),
        told('ownership', answer.ownership),
        told('registeredCapital', amounts(answer.registeredCapital)),
        told('netAssets', amounts(answer.netAssets)),
        told('taxCreditRating', answer.taxCreditRating),
        told('bureauScore', answer.score),
      ]),
  };
}
