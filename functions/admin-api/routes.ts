import type { Right } from '../../core/access/role.ts';
import type { RouteName, routes } from '../routes.ts';
import { listKeyActivity, listProjectActivity } from './activity.ts';
import { commentOnMember, commentOnTicket } from './add-comment.ts';
import { changeKey, createKey, getKey, listKeys, removeKey, rotateKey } from './api-keys.ts';
import { archiveProject, unarchiveProject } from './archive-project.ts';
import { deleteAttachment, downloadAttachment } from './attachments.ts';
import { listAllAudit, listAuditOfProject } from './audit.ts';
import { listProjectAutomations } from './automations.ts';
import type { AdminCall, AnyProjectCall, Handle, ProjectCall, RunCall } from './call.ts';
import { addMember, changeMember } from './change-members.ts';
import { changeTicket } from './change-ticket.ts';
import { copyProject } from './copy-project.ts';
import { copyAsCurl } from './curl.ts';
import { eraseCalledMember } from './delete-member.ts';
import { deleteCalledProject } from './delete-project.ts';
import { eraseCalledTicket } from './delete-ticket.ts';
import { getDelivery, listProjectDeliveries } from './deliveries.ts';
import { compareDocumentVersions, getDocumentVersion, listDocumentVersions } from './document-versions.ts';
import { listProjectEndpoints, pauseEndpoint, resumeEndpoint } from './endpoints.ts';
import { explainMember, explainTicket } from './explain.ts';
import { exportMember } from './export-member.ts';
import { getDocument } from './get-document.ts';
import { importMembers } from './import-members.ts';
import { getImport, listProblems, openImport, putPiece, startImport } from './imports.ts';
import { closeInspector, openInspector, showInspected } from './inspector.ts';

import { getMember, listProjectMembers } from './members.ts';
import { showPostman } from './postman.ts';
import { previewTemplate } from './preview-template.ts';
import { getProject, listVisibleProjects } from './projects.ts';
import { putDocument } from './put-document.ts';
import {
  correctQuarantined,
  deleteQuarantined,
  getQuarantined,
  listQuarantine,
  replayQuarantined,
} from './quarantine.ts';
import { listMemberComments, listMemberHistory, listTicketComments, listTicketHistory } from './record-entries.ts';
import { replayDelivery } from './replay.ts';
import { replayDeliveries } from './replay-many.ts';
import { replayQuarantine } from './replay-quarantine.ts';
import { cancelRun, confirmRun, resumeRun, retryRun } from './run-requests.ts';
import { getRun, listRunResults, startRun } from './runs.ts';
import { listProjectSecrets, putSecret, removeSecret } from './secrets.ts';
import { showSnippets } from './snippets.ts';
import { listProjectTags } from './tags.ts';
import { testMacro } from './test-macro.ts';
import { listTicketActions } from './ticket-actions.ts';
import { getTicket, listProjectTickets } from './tickets.ts';

/** Who may call a route, and what handles it. */
export type AdminRoute =
  | { needs: 'sign-in' | 'administrator'; handle: Handle<AdminCall> }
  | { needs: Right; handle: Handle<ProjectCall> }
  /** An administrator may see to what is left of a deleted project: the run that clears it away. */
  | { needs: Right; evenDeleted: true; handle: Handle<RunCall> }
  /** To manage the project where there is one, and to be an administrator where there is none. */
  | { needs: 'manage-or-make'; handle: Handle<AnyProjectCall> };

/** The gateway's keys of all routes that this function handles: one that is missing below, or too many, does not compile. */
type AdminRouteKey = {
  [Name in RouteName]: (typeof routes)[Name] extends {
    handledBy: 'admin-api';
    method: infer Method extends string;
    path: infer Path extends string;
  }
    ? `${Method} ${Path}`
    : never;
}[RouteName];

const adminRoutes: Readonly<Record<AdminRouteKey, AdminRoute>> = {
  'GET /admin/v1/projects': { needs: 'sign-in', handle: listVisibleProjects },
  'GET /admin/v1/projects/{project}': { needs: 'read', handle: getProject },
  'DELETE /admin/v1/projects/{project}': { needs: 'administer', handle: deleteCalledProject },
  'GET /admin/v1/projects/{project}/document': { needs: 'read', handle: getDocument },
  'PUT /admin/v1/projects/{project}/document': { needs: 'manage-or-make', handle: putDocument },
  'GET /admin/v1/projects/{project}/document/versions': { needs: 'read', handle: listDocumentVersions },
  'GET /admin/v1/projects/{project}/document/versions/{version}': { needs: 'read', handle: getDocumentVersion },
  'GET /admin/v1/projects/{project}/document/versions/{version}/changes': {
    needs: 'read',
    handle: compareDocumentVersions,
  },
  'POST /admin/v1/projects/{project}/copy': { needs: 'administer', handle: copyProject },
  'POST /admin/v1/projects/{project}/archive': { needs: 'manage', handle: archiveProject },
  'POST /admin/v1/projects/{project}/unarchive': { needs: 'manage', handle: unarchiveProject },
  'GET /admin/v1/projects/{project}/audit': { needs: 'manage', handle: listAuditOfProject },
  'GET /admin/v1/audit': { needs: 'administrator', handle: listAllAudit },
  'GET /admin/v1/projects/{project}/externalSources/{source}/snippets': { needs: 'read', handle: showSnippets },
  'GET /admin/v1/projects/{project}/postman': { needs: 'read', handle: showPostman },
  'GET /admin/v1/projects/{project}/secrets': { needs: 'read', handle: listProjectSecrets },
  'PUT /admin/v1/projects/{project}/secrets/{name}': { needs: 'manage', handle: putSecret },
  'DELETE /admin/v1/projects/{project}/secrets/{name}': { needs: 'manage', handle: removeSecret },
  'GET /admin/v1/projects/{project}/tickets': { needs: 'read', handle: listProjectTickets },
  'GET /admin/v1/projects/{project}/tickets/{ticket}': { needs: 'read', handle: getTicket },
  'PATCH /admin/v1/projects/{project}/tickets/{ticket}': { needs: 'triage', handle: changeTicket },
  'DELETE /admin/v1/projects/{project}/tickets/{ticket}': { needs: 'manage', handle: eraseCalledTicket },
  'GET /admin/v1/projects/{project}/tickets/{ticket}/history': { needs: 'read', handle: listTicketHistory },
  'GET /admin/v1/projects/{project}/tickets/{ticket}/attachments/{attachment}': {
    needs: 'read',
    handle: downloadAttachment,
  },
  'DELETE /admin/v1/projects/{project}/tickets/{ticket}/attachments/{attachment}': {
    needs: 'manage',
    handle: deleteAttachment,
  },
  'POST /admin/v1/projects/{project}/tickets/{ticket}/comments': { needs: 'triage', handle: commentOnTicket },
  'GET /admin/v1/projects/{project}/tickets/{ticket}/comments': { needs: 'read', handle: listTicketComments },
  'GET /admin/v1/projects/{project}/tickets/{ticket}/actions': { needs: 'read', handle: listTicketActions },
  'GET /admin/v1/projects/{project}/tickets/{ticket}/explain': { needs: 'read', handle: explainTicket },
  'GET /admin/v1/projects/{project}/members': { needs: 'read', handle: listProjectMembers },
  'POST /admin/v1/projects/{project}/members': { needs: 'manage', handle: addMember },
  'POST /admin/v1/projects/{project}/members/import': { needs: 'manage', handle: importMembers },
  'POST /admin/v1/projects/{project}/imports': { needs: 'manage', handle: openImport },
  'GET /admin/v1/projects/{project}/imports/{import}': { needs: 'manage', handle: getImport },
  'PUT /admin/v1/projects/{project}/imports/{import}/pieces/{piece}': { needs: 'manage', handle: putPiece },
  'GET /admin/v1/projects/{project}/imports/{import}/problems': { needs: 'manage', handle: listProblems },
  'POST /admin/v1/projects/{project}/imports/{import}/start': { needs: 'manage', handle: startImport },
  'GET /admin/v1/projects/{project}/members/{email}': { needs: 'read', handle: getMember },
  'PATCH /admin/v1/projects/{project}/members/{email}': { needs: 'manage', handle: changeMember },
  'DELETE /admin/v1/projects/{project}/members/{email}': { needs: 'manage', handle: eraseCalledMember },
  'GET /admin/v1/projects/{project}/members/{email}/export': { needs: 'manage', handle: exportMember },
  'GET /admin/v1/projects/{project}/members/{email}/history': { needs: 'read', handle: listMemberHistory },
  'POST /admin/v1/projects/{project}/members/{email}/comments': { needs: 'triage', handle: commentOnMember },
  'GET /admin/v1/projects/{project}/members/{email}/comments': { needs: 'read', handle: listMemberComments },
  'GET /admin/v1/projects/{project}/members/{email}/explain': { needs: 'read', handle: explainMember },
  'POST /admin/v1/projects/{project}/macros/{macro}/test': { needs: 'manage', handle: testMacro },
  'POST /admin/v1/projects/{project}/macros/{macro}/runs': { needs: 'run', handle: startRun },
  'GET /admin/v1/projects/{project}/runs/{run}': { needs: 'read', evenDeleted: true, handle: getRun },
  'GET /admin/v1/projects/{project}/runs/{run}/results': { needs: 'read', evenDeleted: true, handle: listRunResults },
  'POST /admin/v1/projects/{project}/runs/{run}/start': { needs: 'run', handle: confirmRun },
  'POST /admin/v1/projects/{project}/runs/{run}/cancel': { needs: 'run', handle: cancelRun },
  'POST /admin/v1/projects/{project}/runs/{run}/resume': { needs: 'run', evenDeleted: true, handle: resumeRun },
  'POST /admin/v1/projects/{project}/runs/{run}/retry': { needs: 'run', evenDeleted: true, handle: retryRun },
  'GET /admin/v1/projects/{project}/deliveries': { needs: 'read', handle: listProjectDeliveries },
  'GET /admin/v1/projects/{project}/deliveries/{delivery}': { needs: 'read', handle: getDelivery },
  'GET /admin/v1/projects/{project}/deliveries/{delivery}/curl': { needs: 'read', handle: copyAsCurl },
  'POST /admin/v1/projects/{project}/deliveries/{delivery}/replay': { needs: 'manage', handle: replayDelivery },
  'POST /admin/v1/projects/{project}/deliveries/replay': { needs: 'manage', handle: replayDeliveries },
  'GET /admin/v1/projects/{project}/quarantine': { needs: 'read', handle: listQuarantine },
  'POST /admin/v1/projects/{project}/quarantine/replay': { needs: 'manage', handle: replayQuarantine },
  'GET /admin/v1/projects/{project}/quarantine/{submission}': { needs: 'manage', handle: getQuarantined },
  'PUT /admin/v1/projects/{project}/quarantine/{submission}': { needs: 'manage', handle: correctQuarantined },
  'DELETE /admin/v1/projects/{project}/quarantine/{submission}': { needs: 'manage', handle: deleteQuarantined },
  'POST /admin/v1/projects/{project}/quarantine/{submission}/replay': { needs: 'manage', handle: replayQuarantined },
  'POST /admin/v1/projects/{project}/inspector/sources/{source}': { needs: 'manage', handle: openInspector },
  'GET /admin/v1/projects/{project}/inspector/sources/{source}': { needs: 'manage', handle: showInspected },
  'DELETE /admin/v1/projects/{project}/inspector/sources/{source}': { needs: 'manage', handle: closeInspector },
  'POST /admin/v1/projects/{project}/inspector/listeners/{listener}': { needs: 'manage', handle: openInspector },
  'GET /admin/v1/projects/{project}/inspector/listeners/{listener}': { needs: 'manage', handle: showInspected },
  'DELETE /admin/v1/projects/{project}/inspector/listeners/{listener}': { needs: 'manage', handle: closeInspector },
  'GET /admin/v1/projects/{project}/tags': { needs: 'read', handle: listProjectTags },
  'POST /admin/v1/projects/{project}/tags/preview': { needs: 'read', handle: previewTemplate },
  'GET /admin/v1/projects/{project}/activity': { needs: 'read', handle: listProjectActivity },
  'GET /admin/v1/projects/{project}/automations': { needs: 'read', handle: listProjectAutomations },
  'GET /admin/v1/projects/{project}/endpoints': { needs: 'read', handle: listProjectEndpoints },
  'POST /admin/v1/projects/{project}/endpoints/{macro}/{action}/pause': {
    needs: 'manage',
    handle: pauseEndpoint,
  },
  'POST /admin/v1/projects/{project}/endpoints/{macro}/{action}/resume': { needs: 'manage', handle: resumeEndpoint },
  'GET /admin/v1/api-keys': { needs: 'administrator', handle: listKeys },
  'POST /admin/v1/api-keys': { needs: 'administrator', handle: createKey },
  'GET /admin/v1/api-keys/{prefix}': { needs: 'administrator', handle: getKey },
  'PATCH /admin/v1/api-keys/{prefix}': { needs: 'administrator', handle: changeKey },
  'POST /admin/v1/api-keys/{prefix}/rotate': { needs: 'administrator', handle: rotateKey },
  'GET /admin/v1/api-keys/{prefix}/activity': { needs: 'administrator', handle: listKeyActivity },
  'DELETE /admin/v1/api-keys/{prefix}': { needs: 'administrator', handle: removeKey },
};

const byKey = new Map<string, AdminRoute>(Object.entries(adminRoutes));

/** The route of one of the gateway's route keys. */
export function findAdminRoute(routeKey: string): AdminRoute | undefined {
  return byKey.get(routeKey);
}
