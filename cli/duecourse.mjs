#!/usr/bin/env node
// Entry of the `duecourse` command. Plain and old JavaScript until the version of Node is known to be right.
import { run } from '../stack/run.mjs';

run('cli/main.ts');
