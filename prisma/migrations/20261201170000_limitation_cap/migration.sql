-- A correction that adds an instalment, or says that two debts are one, gives the debt that was there no later limitation.
alter table receivable add column limitation_cap date;
