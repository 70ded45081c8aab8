/** Macros and external data groups that speak to the outside systems, as a project manager would write them. */
export const outsideGroups = [
  {
    key: 'azure',
    name: 'Azure DevOps',
    target: 'ticket',
    fields: [
      { key: 'id', label: 'Work item', type: 'integer', parameter: 'id', lookup: true },
      { key: 'page', label: 'Work item page', type: 'string', parameter: '/_links/html/href' },
    ],
  },
  {
    key: 'salesforce',
    name: 'Salesforce',
    target: 'ticket',
    fields: [
      { key: 'case', label: 'Case', type: 'string', parameter: 'id', lookup: true },
      { key: 'is-new', label: 'Case is new', type: 'boolean', parameter: 'created' },
    ],
  },
  {
    key: 'rally',
    name: 'Rally',
    target: 'ticket',
    fields: [
      { key: 'object', label: 'Rally object', type: 'integer', parameter: '/CreateResult/Object/ObjectID' },
      { key: 'defect', label: 'Rally ID', type: 'string', parameter: '/CreateResult/Object/FormattedID', lookup: true },
    ],
  },
  {
    key: 'dataverse',
    name: 'Dataverse',
    target: 'ticket',
    fields: [
      {
        key: 'account',
        label: 'Account',
        type: 'string',
        parameter: 'header:OData-EntityId',
        match: '\\(([0-9a-f-]{36})\\)$',
        lookup: true,
      },
      { key: 'status', label: 'Status of the answer', type: 'integer', parameter: 'status' },
    ],
  },
];

const azureAuth = { kind: 'basic', username: '', password: '((secret.azure))' };
const azurePatch = `[
  { "op": "add", "path": "/fields/System.Title", "value": ((Summary)) },
  { "op": "add", "path": "/fields/Microsoft.VSTS.TCM.ReproSteps", "value": ((Description)) },
  { "op": "add", "path": "/fields/System.Tags", "value": "beta; ((ticket.id))" } ]`;
const azureCreate = {
  kind: 'webhook',
  method: 'POST',
  url: '((var.azureUrl))/fabrikam/Beta/_apis/wit/workitems/$Bug?api-version=7.1',
  auth: azureAuth,
  contentType: 'application/json-patch+json',
  body: azurePatch,
  success: { status: [200] },
  capture: 'azure',
};
const rallyHeaders = { kind: 'header', name: 'ZSESSIONID', value: '((secret.rally))' };

const actions: Record<string, object> = {
  'jira-misspelt': {
    kind: 'webhook',
    method: 'POST',
    url: '((var.jiraUrl))/rest/api/2/issue',
    headers: { Authorization: 'Basic ((secret.jira))' },
    body: '{ "fields": { "project": { "key": "APO" }, "sumary": ((Summary)) } }',
  },
  'azure-create': azureCreate,
  'azure-create-as-json': { ...azureCreate, contentType: 'json' },
  'azure-update': {
    kind: 'webhook',
    method: 'PATCH',
    url: '((var.azureUrl))/fabrikam/_apis/wit/workitems/((Work item))?api-version=7.1',
    auth: azureAuth,
    contentType: 'application/json-patch+json',
    body: '[{ "op": "add", "path": "/fields/Custom.Occurrences", "value": ((Occurrences)) }]',
  },
  'salesforce-upsert': {
    kind: 'webhook',
    method: 'PATCH',
    url: '((var.salesforceUrl))/services/data/v67.0/sobjects/Case/BetaId__c/((ticket.id))',
    auth: {
      kind: 'oauth2',
      tokenUrl: '((var.salesforceUrl))/services/oauth2/token',
      clientId: 'feedbridge',
      clientSecret: '((secret.salesforce))',
    },
    body: '{ "Subject": ((Summary)), "Origin": "Beta" }',
    capture: 'salesforce',
  },
  'rally-create': {
    kind: 'webhook',
    method: 'POST',
    url: '((var.rallyUrl))/slm/webservice/v2.0/defect/create?fetch=FormattedID,ObjectID',
    auth: rallyHeaders,
    body: '{ "defect": { "Name": ((Description)), "c_BetaId": "((ticket.id))" } }',
    success: { status: [200], where: { field: '/CreateResult/Errors', op: 'isEmpty' } },
    capture: 'rally',
  },
  'dataverse-create': {
    kind: 'webhook',
    method: 'POST',
    url: '((var.dataverseUrl))/api/data/v9.2/accounts',
    headers: { 'OData-Version': '4.0', 'OData-MaxVersion': '4.0', Accept: 'application/json' },
    auth: { kind: 'bearer', token: '((secret.dataverse))' },
    contentType: 'application/json; charset=utf-8',
    body: '{ "name": ((Summary)) }',
    capture: 'dataverse',
  },
};

/** One macro for each request. */
export const outsideMacros = Object.entries(actions).map(([key, action]) => ({
  key,
  name: key,
  target: 'feedback',
  feedbackType: 'issues',
  actions: [action],
}));
