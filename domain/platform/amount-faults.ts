import { isCurrency, parseAmount } from './money.ts';
import { fault } from './policy-fault.ts';
import type { PolicyFault } from './policy-fault.ts';

/** What is wrong with amounts by currency in a policy: each is one of its currency, and none below zero. */
export function amountFaults(at: string, amounts: Readonly<Record<string, string>>): PolicyFault[] {
  return Object.entries(amounts).flatMap(([currency, amount]) => {
    const fits = isCurrency(currency) && parseAmount(amount, currency).ok && !amount.startsWith('-');
    return fits ? [] : [fault(`${at}/${currency}`, `${amount} is no amount of ${currency}`)];
  });
}
