import { RE2JS } from 're2js';
import type { Checking } from './checking.ts';
import { type Path, quote } from './problems.ts';
import type { ExternalDataField } from './schema.ts';

/** Checks external data: where each value is read, and the expressions that cut it out. */
export function checkExternalData(checking: Checking): void {
  checking.document.externalDataGroups.forEach((group, index) => {
    group.fields.forEach((field, place) => {
      checkField(checking, ['externalDataGroups', index, 'fields', place], field);
    });
  });
}

function checkField({ report }: Checking, path: Path, field: ExternalDataField): void {
  const parameter = [...path, 'parameter'];
  if (field.parameter.startsWith('header:')) {
    if (!/^header:[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(field.parameter)) {
      report(parameter, 'invalid_text', `${quote(field.parameter)} does not name a header: write header:Location`);
    }
  } else if (field.parameter.startsWith('/') && !/^(\/([^~/]|~0|~1)*)+$/.test(field.parameter)) {
    report(parameter, 'invalid_text', `${quote(field.parameter)} is not a JSON Pointer such as /device/lastSeen`);
  }
  if (field.match !== undefined) checkExpression(field.match);

  function checkExpression(expression: string): void {
    const match = [...path, 'match'];
    try {
      if (RE2JS.compile(expression).groupCount() > 0) return;
      report(
        match,
        'invalid_text',
        `${quote(expression)} has no group: put what is to be taken in brackets, such as ID ([0-9]+)`,
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'it cannot be read';
      report(match, 'invalid_text', `${quote(expression)} is not an RE2 expression: ${reason}`);
    }
  }
}
