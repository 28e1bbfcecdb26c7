import { customerTermsAct } from '../../ledger/acts/customer-terms.ts';
import type { TermsChange } from '../../ledger/acts/customer-terms.ts';
import type { Sending, Sent } from '../../customers/events.ts';
import { joinEffects } from '../../platform/effects.ts';
import type { Effects } from '../../platform/effects.ts';
import { askForChanges } from './customer-changes.ts';
import { customerCreditAct } from './customer-credit.ts';
import type { CreditChange } from './customer-credit.ts';

/** Asks a second person for what waits of the customers that were written; what waited and is not sent any more is overtaken. */
export async function askForWhatWaits(sending: Sending, sent: readonly Sent[]): Promise<Effects> {
  const terms = sent.map(({ customerId, code, waits }) => ({
    ...{ customerId, about: `terms of customer ${code}`, what: { customer: code, ...waits.terms } },
    payload: waits.terms && ({ customer: customerId, terms: waits.terms } satisfies TermsChange),
  }));
  const credit = sent.map(({ customerId, code, waits }) => ({
    ...{ customerId, about: `credit of customer ${code}`, what: { customer: code, ...waits.credit } },
    payload: waits.credit && ({ customer: customerId, fields: waits.credit } satisfies CreditChange),
  }));
  return joinEffects(
    await askForChanges(sending, customerTermsAct, terms),
    await askForChanges(sending, customerCreditAct, credit),
  );
}
