import { type Checking, checkTeam } from './checking.ts';

/** Checks the teams of the members that a document brings along. */
export function checkMembers(checking: Checking): void {
  checking.document.members.forEach(({ teams }, index) => {
    teams?.forEach((team, place) => {
      checkTeam(checking, ['members', index, 'teams', place], team);
    });
  });
}
