/** The Lambda functions, by the name that their folder, construct and log share. */
export const functionNames = [
  'receive-feedback',
  'fire-listener',
  'queue-delivery',
  'send-webhook',
  'send-email',
  'tick',
  'run-macro',
  'leave-notifications',
  'admin-api',
  'receive-file',
  'add-to-ticket',
  'settle-upload',
  'open-file',
  'answer-rest',
] as const;

/** The name of one Lambda function. */
export type FunctionName = (typeof functionNames)[number];

/** One HTTP route: what the gateway matches, who answers, and whether the gateway checks a bearer token first. */
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: `/${string}`;
  handledBy: FunctionName;
  authorised: boolean;
  /** Pages of the source's allowed origins may call it: preflights are answered. */
  crossOrigin?: true;
};

/** Every HTTP route of the product, by its name; route-descriptions.ts says what each takes and answers. */
export const routes = {
  'receive-feedback': {
    method: 'POST',
    path: '/api/v1/projects/{project}/feedback/{source}',
    handledBy: 'receive-feedback',
    authorised: false,
    crossOrigin: true,
  },
  'receive-batch': {
    method: 'POST',
    path: '/api/v1/projects/{project}/feedback/{source}/batch',
    handledBy: 'receive-feedback',
    authorised: false,
    crossOrigin: true,
  },
  'change-feedback': addition('PATCH', ''),
  'comment-on-feedback': addition('POST', '/comments'),
  'receive-file': file('POST', ''),
  'list-parts': file('GET', '/{attachment}'),
  'sign-parts': file('POST', '/{attachment}/sign'),
  'complete-upload': file('POST', '/{attachment}/complete'),
  'abort-upload': file('DELETE', '/{attachment}'),
  'open-file': { method: 'GET', path: '/f/{capability}', handledBy: 'open-file', authorised: false },
  'fire-feedback-listener': listener('POST', 'feedbackListeners'),
  'fire-feedback-listener-by-get': listener('GET', 'feedbackListeners'),
  'fire-feedback-listener-by-put': listener('PUT', 'feedbackListeners'),
  'fire-user-listener': listener('POST', 'userListeners'),
  'fire-user-listener-by-get': listener('GET', 'userListeners'),
  'fire-user-listener-by-put': listener('PUT', 'userListeners'),
  'show-notifications': { method: 'GET', path: '/n', handledBy: 'leave-notifications', authorised: false },
  'leave-notifications': { method: 'POST', path: '/n', handledBy: 'leave-notifications', authorised: false },
  'list-projects': admin('GET', '/projects'),
  'get-project': admin('GET', '/projects/{project}'),
  'delete-project': admin('DELETE', '/projects/{project}'),
  'get-document': admin('GET', '/projects/{project}/document'),
  'put-document': admin('PUT', '/projects/{project}/document'),
  'list-document-versions': admin('GET', '/projects/{project}/document/versions'),
  'get-document-version': admin('GET', '/projects/{project}/document/versions/{version}'),
  'compare-document-versions': admin('GET', '/projects/{project}/document/versions/{version}/changes'),
  'copy-project': admin('POST', '/projects/{project}/copy'),
  'archive-project': admin('POST', '/projects/{project}/archive'),
  'unarchive-project': admin('POST', '/projects/{project}/unarchive'),
  'list-project-audit': admin('GET', '/projects/{project}/audit'),
  'show-snippets': admin('GET', '/projects/{project}/externalSources/{source}/snippets'),
  'show-postman': admin('GET', '/projects/{project}/postman'),
  'list-secrets': admin('GET', '/projects/{project}/secrets'),
  'put-secret': admin('PUT', '/projects/{project}/secrets/{name}'),
  'delete-secret': admin('DELETE', '/projects/{project}/secrets/{name}'),
  'list-tickets': admin('GET', '/projects/{project}/tickets'),
  'get-ticket': admin('GET', '/projects/{project}/tickets/{ticket}'),
  'change-ticket': admin('PATCH', '/projects/{project}/tickets/{ticket}'),
  'delete-ticket': admin('DELETE', '/projects/{project}/tickets/{ticket}'),
  'list-ticket-history': admin('GET', '/projects/{project}/tickets/{ticket}/history'),
  'download-attachment': admin('GET', '/projects/{project}/tickets/{ticket}/attachments/{attachment}'),
  'delete-attachment': admin('DELETE', '/projects/{project}/tickets/{ticket}/attachments/{attachment}'),
  'comment-on-ticket': admin('POST', '/projects/{project}/tickets/{ticket}/comments'),
  'list-ticket-comments': admin('GET', '/projects/{project}/tickets/{ticket}/comments'),
  'list-ticket-actions': admin('GET', '/projects/{project}/tickets/{ticket}/actions'),
  'explain-ticket': admin('GET', '/projects/{project}/tickets/{ticket}/explain'),
  'list-members': admin('GET', '/projects/{project}/members'),
  'add-member': admin('POST', '/projects/{project}/members'),
  'import-members': admin('POST', '/projects/{project}/members/import'),
  'open-import': admin('POST', '/projects/{project}/imports'),
  'get-import': admin('GET', '/projects/{project}/imports/{import}'),
  'put-import-piece': admin('PUT', '/projects/{project}/imports/{import}/pieces/{piece}'),
  'list-import-problems': admin('GET', '/projects/{project}/imports/{import}/problems'),
  'start-import': admin('POST', '/projects/{project}/imports/{import}/start'),
  'get-member': admin('GET', '/projects/{project}/members/{email}'),
  'change-member': admin('PATCH', '/projects/{project}/members/{email}'),
  'erase-member': admin('DELETE', '/projects/{project}/members/{email}'),
  'export-member': admin('GET', '/projects/{project}/members/{email}/export'),
  'list-member-history': admin('GET', '/projects/{project}/members/{email}/history'),
  'comment-on-member': admin('POST', '/projects/{project}/members/{email}/comments'),
  'list-member-comments': admin('GET', '/projects/{project}/members/{email}/comments'),
  'explain-member': admin('GET', '/projects/{project}/members/{email}/explain'),
  'test-macro': admin('POST', '/projects/{project}/macros/{macro}/test'),
  'start-run': admin('POST', '/projects/{project}/macros/{macro}/runs'),
  'get-run': admin('GET', '/projects/{project}/runs/{run}'),
  'list-run-results': admin('GET', '/projects/{project}/runs/{run}/results'),
  'confirm-run': admin('POST', '/projects/{project}/runs/{run}/start'),
  'cancel-run': admin('POST', '/projects/{project}/runs/{run}/cancel'),
  'resume-run': admin('POST', '/projects/{project}/runs/{run}/resume'),
  'retry-run': admin('POST', '/projects/{project}/runs/{run}/retry'),
  'list-deliveries': admin('GET', '/projects/{project}/deliveries'),
  'get-delivery': admin('GET', '/projects/{project}/deliveries/{delivery}'),
  'copy-as-curl': admin('GET', '/projects/{project}/deliveries/{delivery}/curl'),
  'replay-delivery': admin('POST', '/projects/{project}/deliveries/{delivery}/replay'),
  'replay-deliveries': admin('POST', '/projects/{project}/deliveries/replay'),
  'list-quarantine': admin('GET', '/projects/{project}/quarantine'),
  'replay-quarantine': admin('POST', '/projects/{project}/quarantine/replay'),
  'get-quarantined': admin('GET', '/projects/{project}/quarantine/{submission}'),
  'correct-quarantined': admin('PUT', '/projects/{project}/quarantine/{submission}'),
  'delete-quarantined': admin('DELETE', '/projects/{project}/quarantine/{submission}'),
  'replay-quarantined': admin('POST', '/projects/{project}/quarantine/{submission}/replay'),
  'open-source-inspector': admin('POST', '/projects/{project}/inspector/sources/{source}'),
  'show-source-calls': admin('GET', '/projects/{project}/inspector/sources/{source}'),
  'close-source-inspector': admin('DELETE', '/projects/{project}/inspector/sources/{source}'),
  'open-listener-inspector': admin('POST', '/projects/{project}/inspector/listeners/{listener}'),
  'show-listener-calls': admin('GET', '/projects/{project}/inspector/listeners/{listener}'),
  'close-listener-inspector': admin('DELETE', '/projects/{project}/inspector/listeners/{listener}'),
  'list-tags': admin('GET', '/projects/{project}/tags'),
  'preview-template': admin('POST', '/projects/{project}/tags/preview'),
  'list-project-activity': admin('GET', '/projects/{project}/activity'),
  'list-automations': admin('GET', '/projects/{project}/automations'),
  'list-endpoints': admin('GET', '/projects/{project}/endpoints'),
  'pause-endpoint': admin('POST', '/projects/{project}/endpoints/{macro}/{action}/pause'),
  'resume-endpoint': admin('POST', '/projects/{project}/endpoints/{macro}/{action}/resume'),
  'list-api-keys': admin('GET', '/api-keys'),
  'create-api-key': admin('POST', '/api-keys'),
  'get-api-key': admin('GET', '/api-keys/{prefix}'),
  'change-api-key': admin('PATCH', '/api-keys/{prefix}'),
  'rotate-api-key': admin('POST', '/api-keys/{prefix}/rotate'),
  'list-key-activity': admin('GET', '/api-keys/{prefix}/activity'),
  'delete-api-key': admin('DELETE', '/api-keys/{prefix}'),
  'read-sign-in': {
    method: 'GET',
    path: '/.well-known/oauth-protected-resource',
    handledBy: 'answer-rest',
    authorised: false,
  },
  'list-audit': admin('GET', '/audit'),
  'read-openapi': { method: 'GET', path: '/openapi.json', handledBy: 'answer-rest', authorised: false },
  'read-docs': { method: 'GET', path: '/docs', handledBy: 'answer-rest', authorised: false },
  'read-docs-file': { method: 'GET', path: '/docs/{file}', handledBy: 'answer-rest', authorised: false },
} satisfies Record<string, Route>;

/** The name of one route. */
export type RouteName = keyof typeof routes;

function file<const Method extends Route['method'], const Rest extends string>(method: Method, rest: Rest) {
  const path = `/api/v1/projects/{project}/feedback/{source}/{ticket}/files/{parameter}${rest}` as const;
  return { method, path, handledBy: 'receive-file', authorised: false, crossOrigin: true } as const;
}

function addition<const Method extends Route['method'], const Rest extends string>(method: Method, rest: Rest) {
  const path = `/api/v1/projects/{project}/feedback/{source}/{ticket}${rest}` as const;
  return { method, path, handledBy: 'add-to-ticket', authorised: false, crossOrigin: true } as const;
}

function listener<const Method extends Route['method'], const Kind extends string>(method: Method, kind: Kind) {
  const path = `/api/v1/projects/{project}/${kind}/{listener}` as const;
  return { method, path, handledBy: 'fire-listener', authorised: false } as const;
}

function admin<const Method extends Route['method'], const Path extends `/${string}`>(method: Method, path: Path) {
  return { method, path: `/admin/v1${path}`, handledBy: 'admin-api', authorised: true } as const;
}
