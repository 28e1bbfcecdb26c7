import type { Plugin } from 'esbuild';

export declare const ownPlaces: Plugin;
