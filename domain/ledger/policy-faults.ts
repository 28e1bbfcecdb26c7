import { amountFaults } from '../platform/amount-faults.ts';
import { twice } from '../platform/policy-fault.ts';
import type { PolicyFault } from '../platform/policy-fault.ts';
import type { CollectionPolicy } from './policy.ts';

/** Minimum balances are amounts of their currency. */
export function collectionFaults({ minBalance, bookedAlone = {}, promiseBringsForward = [] }: CollectionPolicy): PolicyFault[] {
  return [
    ...amountFaults('/minBalance', minBalance),
    ...amountFaults('/bookedAlone', bookedAlone),
    ...twice(promiseBringsForward, '/promiseBringsForward'),
  ];
}
