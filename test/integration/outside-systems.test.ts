import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { startAzureDevops } from '../outside/azure-devops.ts';
import { startDataverse } from '../outside/dataverse.ts';
import { startJira } from '../outside/jira.ts';
import { projectWith } from '../outside/project.ts';
import { startRally } from '../outside/rally.ts';
import { startSalesforce } from '../outside/salesforce.ts';
import { startSlack } from '../outside/slack.ts';

describe('An outside system', () => {
  test('The Jira create of `apollo.yaml`: key captured, its lookup entry written in the same transaction, the update macro puts `"customfield_12402": 7` as a number and `null` when empty, and stops with "Jira ID is empty" where there is none', async ({
    engines,
  }) => {
    const jira = await startJira('cm9ib3Q6YXBpLXRva2Vu');
    const { sendFor, order, deliver, find, report, external, foundBy, close } = await projectWith(engines, {
      variables: { jiraUrl: jira.origin },
      secrets: { jira: 'cm9ib3Q6YXBpLXRva2Vu' },
      report: { occurrences: 7, severity: 'High' },
    });
    const create = await order('send-to-jira');
    engines.table.meter.read();
    await deliver(create.id);
    const { operations } = engines.table.meter.read();
    expect(operations.filter((operation) => operation === 'TransactWriteItems')).toHaveLength(1);
    expect(await find(create.id)).toMatchObject({
      outcome: 'delivered',
      attempts: [{ response: { status: 201 }, captured: { key: 'APO-1', id: 10_001 } }],
    });
    expect(jira.issues.get('APO-1')).toMatchObject({
      summary: '[BUG-0001] Crash on load',
      description: 'Open the app',
      labels: ['beta', 'High'],
    });
    expect(await external()).toMatchObject({ jira: { key: 'APO-1', id: 10_001 } });
    expect(await foundBy('APO-1')).toEqual(['BUG-0001']);

    expect(await sendFor('update-jira-occurrences')).toMatchObject({
      outcome: 'delivered',
      attempts: [{ response: { status: 204, body: '' } }],
    });
    expect(jira.received.at(-1)).toMatchObject({
      method: 'PUT',
      path: '/rest/api/2/issue/APO-1',
      body: expect.stringContaining('"customfield_12402": 7 '),
    });

    await report({});
    await sendFor('send-to-jira', 'BUG-0002');
    await sendFor('update-jira-occurrences', 'BUG-0002');
    expect(jira.received.at(-1)?.body).toContain('"customfield_12402": null ');
    expect(jira.issues.get('APO-2')).toMatchObject({ customfield_12402: null });

    await report({});
    expect(await order('update-jira-occurrences', 'BUG-0003')).toMatchObject({
      outcome: 'failed',
      reason: 'Jira ID is empty',
      attempts: [],
    });
    close();
    await jira.stop();
  });

  test('Jira refuses a field, an issue that is not there and wrong credentials, each with its words in the log and no retry', async ({
    engines,
  }) => {
    const jira = await startJira('cm9ib3Q6YXBpLXRva2Vu');
    const variables = { jiraUrl: jira.origin };
    const known = await projectWith(engines, { variables, secrets: { jira: 'cm9ib3Q6YXBpLXRva2Vu' } });
    await known.sendFor('send-to-jira');
    jira.issues.delete('APO-1');
    expect(await known.sendFor('update-jira-occurrences')).toMatchObject({
      outcome: 'failed',
      attempts: [{ response: { status: 404, body: expect.stringContaining('Issue does not exist') } }],
    });
    expect(await known.sendFor('jira-misspelt')).toMatchObject({
      outcome: 'failed',
      attempts: [{ response: { status: 400, body: expect.stringContaining("Field 'sumary' cannot be set") } }],
    });
    known.close();
    const stranger = await projectWith(engines, { variables, secrets: { jira: 'bm9ib2R5Om5vdGhpbmc=' } });
    expect(await stranger.sendFor('send-to-jira')).toMatchObject({
      outcome: 'failed',
      attempts: [{ response: { status: 401 } }],
    });
    expect(await stranger.external()).not.toHaveProperty('jira');
    stranger.close();
    await jira.stop();
  });

  test('An Azure DevOps work item (JSON Patch array) is created, its id captured and used by the next macro', async ({
    engines,
  }) => {
    const azure = await startAzureDevops('pat-0123456789');
    const { sendFor, external, foundBy, close } = await projectWith(engines, {
      variables: { azureUrl: azure.origin },
      secrets: { azure: 'pat-0123456789' },
      report: { occurrences: 3 },
    });
    expect(await sendFor('azure-create')).toMatchObject({
      outcome: 'delivered',
      attempts: [{ captured: { id: 512 } }],
    });
    expect(azure.received).toMatchObject([{ headers: { 'content-type': 'application/json-patch+json' } }]);
    expect(azure.workItems.get(512)?.fields).toMatchObject({
      'System.Title': 'Crash on load',
      'Microsoft.VSTS.TCM.ReproSteps': 'Open the app',
      'System.Tags': 'beta; BUG-0001',
    });
    const page = `${azure.origin}/fabrikam/_workitems/edit/512`;
    expect(await external()).toMatchObject({ azure: { id: 512, page } });
    expect(await foundBy('512')).toEqual(['BUG-0001']);
    expect(await sendFor('azure-update')).toMatchObject({ outcome: 'delivered' });
    expect(azure.workItems.get(512)).toMatchObject({ rev: 2, fields: { 'Custom.Occurrences': 3 } });
    close();
    await azure.stop();
  });

  test('An Azure DevOps work item is refused with its reason in the log where the content type or the token is wrong, and the sign-in page is no success', async ({
    engines,
  }) => {
    const azure = await startAzureDevops('another-token');
    const variables = { azureUrl: azure.origin };
    const stale = await projectWith(engines, { variables, secrets: { azure: 'pat-0123456789' } });
    expect(await stale.sendFor('azure-create')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('203'),
      attempts: [{ error: { class: 'http' }, response: { status: 203, body: expect.stringContaining('Sign In') } }],
    });
    expect(await stale.external()).not.toHaveProperty('azure');
    stale.close();
    const wrong = await projectWith(engines, { variables, secrets: { azure: 'another-token' } });
    expect(await wrong.sendFor('azure-create-as-json')).toMatchObject({
      outcome: 'failed',
      attempts: [{ response: { body: expect.stringContaining('VssRequestContentTypeNotSupportedException') } }],
    });
    expect(azure.workItems.size).toBe(0);
    wrong.close();
    await azure.stop();
  });

  test('a Salesforce upsert with a token that expires once: one refresh within the attempt, and the next delivery uses the new token', async ({
    engines,
  }) => {
    const salesforce = await startSalesforce({ id: 'feedbridge', secret: 'a-client-secret' });
    const { sendFor, external, close } = await projectWith(engines, {
      variables: { salesforceUrl: salesforce.origin },
      secrets: { salesforce: 'a-client-secret' },
    });
    expect(await sendFor('salesforce-upsert')).toMatchObject({
      outcome: 'delivered',
      attempts: [{ response: { status: 201 }, captured: { 'is-new': true } }],
    });
    expect(salesforce.issued()).toBe(1);
    salesforce.endSessions();
    const before = salesforce.received.length;
    const refreshed = await sendFor('salesforce-upsert');
    expect(refreshed).toMatchObject({ outcome: 'delivered', attempts: [{ number: 1, response: { status: 200 } }] });
    expect(refreshed.attempts).toHaveLength(1);
    expect(salesforce.received.slice(before).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual([
      'PATCH BUG-0001',
      'POST token',
      'PATCH BUG-0001',
    ]);
    expect(await sendFor('salesforce-upsert')).toMatchObject({ outcome: 'delivered' });
    expect(salesforce.issued()).toBe(2);
    expect(salesforce.cases.get('BUG-0001')).toMatchObject({ Subject: 'Crash on load' });
    expect(await external()).toMatchObject({ salesforce: { case: '5008d00000AbCd0000', 'is-new': false } });
    expect(JSON.stringify(refreshed)).not.toContain('token-number');
    close();
    await salesforce.stop();
  });

  test('a Salesforce that gives no token fails the attempt with its reason, and nothing is sent', async ({
    engines,
  }) => {
    const salesforce = await startSalesforce({ id: 'feedbridge', secret: 'the-right-secret' });
    const { sendFor, close } = await projectWith(engines, {
      variables: { salesforceUrl: salesforce.origin },
      secrets: { salesforce: 'a-client-secret' },
    });
    const refused = await sendFor('salesforce-upsert');
    expect(refused.outcome).not.toBe('delivered');
    expect(refused.attempts).toMatchObject([{ error: { class: 'http' } }]);
    expect(salesforce.received.map(({ path }) => path)).toEqual(['/services/oauth2/token']);
    close();
    await salesforce.stop();
  });

  test('a Rally 200-with-errors treated as a failure, and one without errors as a success', async ({ engines }) => {
    const rally = await startRally('_k3y-0123456789');
    const { sendFor, report, external, close } = await projectWith(engines, {
      variables: { rallyUrl: rally.origin },
      secrets: { rally: '_k3y-0123456789' },
      report: { description: null },
    });
    expect(await sendFor('rally-create')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('/CreateResult/Errors'),
      attempts: [
        {
          error: { class: 'http' },
          response: { status: 200, body: expect.stringContaining('Defect.Name should not be null') },
        },
      ],
    });
    expect(await external()).not.toHaveProperty('rally');
    await report({ description: 'It has a name' });
    expect(await sendFor('rally-create', 'BUG-0002')).toMatchObject({ outcome: 'delivered' });
    expect(await external('BUG-0002')).toMatchObject({ rally: { object: 838_568_308_171, defect: 'DE343' } });
    close();
    await rally.stop();
  });

  test('a Dataverse id read from a header of an answer without a body', async ({ engines }) => {
    const dataverse = await startDataverse('entra-token-1');
    const { sendFor, external, foundBy, close } = await projectWith(engines, {
      variables: { dataverseUrl: dataverse.origin },
      secrets: { dataverse: 'entra-token-1' },
    });
    const account = '7eb682f1-ca75-e511-80d4-000000000001';
    expect(await sendFor('dataverse-create')).toMatchObject({
      outcome: 'delivered',
      attempts: [{ response: { status: 204, body: '' }, captured: { account, status: 204 } }],
    });
    expect(await external()).toMatchObject({ dataverse: { account, status: 204 } });
    expect(await foundBy(account)).toEqual(['BUG-0001']);
    expect(dataverse.accounts.get(account)).toEqual({ name: 'Crash on load' });
    close();
    await dataverse.stop();
  });

  test('Slack takes the message of `apollo.yaml`, says when to come again, and pauses the endpoint once its channel is archived', async ({
    engines,
  }) => {
    const slack = await startSlack();
    const { sendFor, deliver, find, clock, close } = await projectWith(engines, {
      secrets: { 'slack-webhook-url': slack.webhookUrl },
      report: { severity: 'High', submitter: 'jim@example.com' },
    });
    expect(await sendFor('tell-slack')).toMatchObject({
      outcome: 'delivered',
      attempts: [{ response: { status: 200, body: 'ok' } }],
    });
    expect(slack.posted[0]).toMatch(/^\*BUG-0001\* Crash on load \(High\) from Jim\nhttps:/);
    slack.limitOnce(30);
    const limited = await sendFor('tell-slack');
    expect(limited).toMatchObject({
      outcome: 'pending',
      nextAttemptAt: new Date(clock.now() + 30_000).toISOString(),
      attempts: [{ response: { status: 429, body: 'rate_limited' } }],
    });
    clock.advance(30_000);
    await deliver(limited.id);
    expect(await find(limited.id)).toMatchObject({ outcome: 'delivered' });
    slack.archive();
    expect(await sendFor('tell-slack')).toMatchObject({
      attempts: [{ response: { status: 410, body: 'channel_is_archived' } }],
    });
    close();
    await slack.stop();
  });
});
