/** A dunning procedure and the version of the policy it is taken from. */
export interface Procedure {
  ladder: string;
  policyVersion: number;
}

/** How an instalment is dunned, and whether any step of that was asked for, taken or passed over. */
export interface ProcedureStanding {
  ladder: string;
  begun: boolean;
}

/** An instalment that goes over to another procedure. */
export interface ProcedureMove extends Procedure {
  id: string;
  from: string;
}
