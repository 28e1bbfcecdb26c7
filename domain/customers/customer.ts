/** The documents other systems send, parsed: amounts in minor units, references by the sender's own ids. */
export const customerTypes = ['hospital', 'dealer', 'channel', 'other'] as const;
