import type { ActName } from '../../domain/acts/act.ts';
import { duplicateAct } from './duplicates.ts';
import { customerCreditAct } from './customer-credit.ts';
import { customerTermsAct } from './customer-terms.ts';
import { lateDiscountAct } from './discounts.ts';
import { collectFromAct } from './collect-from.ts';
import { creditNoteAct } from './credit-notes.ts';
import { goodsReturnAct } from './goods-returns.ts';
import { openWindowAct, closeWindowAct } from './go-live.ts';
import { upheldDisputeAct } from './disputes.ts';
import { delistingAct } from './delisting.ts';
import { exchangeRateAct } from './exchange-rates.ts';
import { extensionAct } from './extensions.ts';
import { invoiceCorrectionAct } from './invoice-corrections.ts';
import { limitAct } from './limits.ts';
import { notInvoicedAct } from './not-invoiced.ts';
import type { ActKind } from './pending.ts';
import { reDatingAct } from './re-dating.ts';
import { mergeAct } from './customer-merge.ts';
import { bankAccountAct } from './seller.ts';
import { refundAct } from './refunds.ts';
import { securityAct, securityReleaseAct } from './securities.ts';
import { writeOffAct, writeOffReversalAct } from './write-offs.ts';

// The payload of an act is what its own kind kept: each is read by the kind that wrote it, and by no other.
const kinds: readonly ActKind<unknown>[] = [
  openWindowAct,
  closeWindowAct,
  limitAct,
  securityAct,
  securityReleaseAct,
  writeOffAct,
  writeOffReversalAct,
  notInvoicedAct,
  goodsReturnAct,
  reDatingAct,
  creditNoteAct,
  refundAct,
  invoiceCorrectionAct,
  extensionAct,
  duplicateAct,
  upheldDisputeAct,
  lateDiscountAct,
  customerTermsAct,
  customerCreditAct,
  delistingAct,
  exchangeRateAct,
  bankAccountAct,
  collectFromAct,
  mergeAct,
];

const byName = new Map(kinds.map((one) => [one.kind, one]));

/** How acts of a kind are carried out. A room adds its act to the list above. */
export function actOf(name: ActName): ActKind<unknown> {
  const found = byName.get(name);
  if (!found) throw new Error(`no act ${name} is registered`);
  return found;
}
