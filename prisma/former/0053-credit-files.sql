-- Every decision names the credit file it rests on: from a file to its decisions.
create index approval_credit_file on approval (dossier_hash) where dossier_hash is not null;
create index credit_application_file on credit_application (dossier_hash) where dossier_hash is not null;
