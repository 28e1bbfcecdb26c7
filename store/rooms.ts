import { registeredActs } from './approvals/act-kinds.ts';
import { lapseActOf } from './approvals/lapse.ts';
import { askForWhatWaits } from './credit/acts/customer-giving.ts';
import { givingFields, payerMoved } from './credit/acts/customer-credit.ts';
import { recordDocuments } from './credit/customer-documents.ts';
import { nightEnds } from './credit/events.ts';
import { openReview, reviewBrokenPromises, takeBackReviews } from './credit/reviews.ts';
import { customersWritten, givingAway, payerChanged } from './customers/events.ts';
import { holdFor } from './dunning/dunning-effects.ts';
import { restoreNoticed, reviewWanted } from './dunning/events.ts';
import { givingActs } from './giving-acts.ts';
import { windowToday } from './ledger/acts/go-live.ts';
import {
  invoicesCorrected,
  invoicesPosted,
  notePosted,
  openRose,
  promisesBroken,
  promisesKeptAfterAll,
} from './ledger/events.ts';
import { lastOfDebt } from './ledger/limitation.ts';
import { concedeAgain, followCorrections, followNote } from './orders/acts/goods-returns.ts';
import { endInvoicedTasks } from './orders/delivered-tasks.ts';
import { askAboutLateOrders, askAboutOrders } from './orders/invoiced-beyond.ts';
import { holdContacts } from './outreach/contact-hold.ts';
import { leftOpen } from './platform/extension.ts';
import { noEffects } from './platform/effects.ts';
import { holdDecided, limitationFrom, taskReached } from './tasks/events.ts';

// What the rooms add to those below them, one line each; who reads of a lower room's event finds here who follows it.

givingAway.fill({
  opening: async (work) => (await windowToday(work)) !== null,
  fields: givingFields,
  ask: askForWhatWaits,
});
payerChanged.follow(async (tx, customerId, payers) => ({ ...noEffects(), asks: await payerMoved(tx, customerId, payers) }));
customersWritten.follow(recordDocuments);

taskReached.follow(lapseActOf);
holdDecided.follow(holdFor);
limitationFrom.fill(lastOfDebt);

registeredActs.fill(givingActs);

openRose.follow(concedeAgain);
invoicesCorrected.follow(followCorrections);
invoicesPosted.follow(askAboutOrders);
invoicesPosted.follow(endInvoicedTasks);
notePosted.follow(followNote);
promisesBroken.follow(reviewBrokenPromises);
promisesKeptAfterAll.follow(takeBackReviews);

reviewWanted.follow(async (work, asked) => (await openReview(work, { ...asked, cause: 'dunning', dueAt: work.at.now })).effects);
restoreNoticed.follow(async (...noticed) => {
  await holdContacts(...noticed);
  return noEffects();
});

nightEnds.follow(askAboutLateOrders);

const open = leftOpen();
if (open.length > 0) throw new Error(`store/rooms.ts leaves open: ${open.join(', ')}`);
