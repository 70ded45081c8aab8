import { join } from 'node:path';
import { configurationReader } from '../../adapters/dynamodb/configuration.ts';
import { openTable } from '../../adapters/dynamodb/table.ts';
import { endpoint } from '../kit/endpoint.ts';
import { createObserver } from '../kit/observer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { system } from '../kit/system.ts';
import { answerRest } from './handler.ts';
import { readReferenceFiles } from './reference-files.ts';

const settings = Settings.pick({
  tableName: true,
  configCacheSeconds: true,
  apiOrigin: true,
  signInIssuer: true,
  signInClientId: true,
}).parse(readEnvironment(process.env));
const table = openTable(settings.tableName);
const fresh = { freshMs: settings.configCacheSeconds * 1_000, now: system.now };

/** What the gateway calls for whatever no other function answers. */
export const handler = endpoint(
  createObserver('answer-rest', table.meter),
  answerRest({
    apiOrigin: settings.apiOrigin,
    signIn: { issuer: settings.signInIssuer, clientId: settings.signInClientId },
    // Origins are never written with variables, so the stage's values are of no use here.
    readConfiguration: configurationReader(table, { ...fresh, stageVariables: {} }),
    readFiles: () => readReferenceFiles(join(import.meta.dirname, 'docs')),
  }),
);
