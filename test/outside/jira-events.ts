/** What Jira Cloud sends for `jira:issue_updated`, as recorded, with values of our own (outside systems are described in docs). */
export function issueUpdated(key: string, from: string, to: string) {
  return {
    timestamp: 1_767_345_600_123,
    webhookEvent: 'jira:issue_updated',
    issue_event_type_name: 'issue_generic',
    user: {
      self: 'https://acme.atlassian.net/rest/api/2/user?accountId=5b10a',
      accountId: '5b10a',
      displayName: 'Ana Q.',
      active: true,
      accountType: 'atlassian',
    },
    issue: {
      id: '20118',
      self: 'https://acme.atlassian.net/rest/api/2/issue/20118',
      key,
      fields: {
        summary: 'Crash on load',
        status: { name: to, id: '6', statusCategory: { key: 'done' } },
        resolution: { name: 'Fixed' },
        labels: ['beta-hot'],
        issuetype: { name: 'Bug' },
        project: { key: 'APO' },
      },
    },
    changelog: {
      id: '30551',
      items: [
        { field: 'status', fieldtype: 'jira', fieldId: 'status', from: '3', fromString: from, to: '6', toString: to },
        { field: 'resolution', fieldtype: 'jira', from: null, fromString: null, to: '1', toString: 'Fixed' },
      ],
    },
  };
}

/** The headers of a call of Jira Cloud's; the identifier is the same when it calls again. */
export function jiraHeaders(identifier: string): Record<string, string> {
  return {
    'content-type': 'application/json; charset=UTF-8',
    'user-agent': 'Atlassian HttpClient',
    'x-atlassian-webhook-identifier': identifier,
    'x-atlassian-webhook-flow': 'Primary',
  };
}
