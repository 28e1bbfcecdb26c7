-- The app's role logs in by itself: what tells which migrations ran is the owner's alone.
revoke insert, update, delete on kysely_migration, kysely_migration_lock from duecourse_app;
