import { duplicateAct } from './ledger/acts/duplicates.ts';
import { customerCreditAct } from './credit/acts/customer-credit.ts';
import { customerTermsAct } from './ledger/acts/customer-terms.ts';
import { lateDiscountAct } from './ledger/acts/discounts.ts';
import { collectFromAct } from './outreach/acts/collect-from.ts';
import { creditNoteAct } from './ledger/acts/credit-notes.ts';
import { goodsReturnAct } from './orders/acts/goods-returns.ts';
import { openWindowAct, closeWindowAct } from './ledger/acts/go-live.ts';
import { upheldDisputeAct } from './ledger/acts/disputes.ts';
import { delistingAct } from './credit/acts/delisting.ts';
import { exchangeRateAct } from './ledger/acts/exchange-rates.ts';
import { extensionAct } from './dunning/acts/extensions.ts';
import { invoiceCorrectionAct } from './ledger/acts/invoice-corrections.ts';
import { limitAct } from './credit/acts/limits.ts';
import { notInvoicedAct } from './orders/acts/not-invoiced.ts';
import type { ActKind } from './approvals/pending.ts';
import { reDatingAct } from './ledger/acts/re-dating.ts';
import { mergeAct } from './reconciliation/acts/customer-merge.ts';
import { bankAccountAct } from './outreach/acts/seller.ts';
import { refundAct } from './ledger/acts/refunds.ts';
import { securityAct, securityReleaseAct } from './credit/acts/securities.ts';
import { writeOffAct, writeOffReversalAct } from './ledger/acts/write-offs.ts';

/** What gives money, time or credit away, one line an act. */
export const givingActs: readonly ActKind<unknown>[] = [
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
