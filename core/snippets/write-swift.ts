import { keyVariable, type SnippetRequest, signElsewhere } from './snippet-request.ts';
import { writeLiteral } from './write-literal.ts';

/** A program for Swift 5.7 and later, without packages. */
export function writeSwift({ url, body, apiKey, signing }: SnippetRequest): string {
  const key = `ProcessInfo.processInfo.environment["${keyVariable}"] ?? ""`;
  const lines = [
    'import Foundation',
    '#if canImport(FoundationNetworking)',
    'import FoundationNetworking',
    '#endif',
    '',
    ...(signing === undefined ? [] : [`// ${signElsewhere}`]),
    ...(apiKey === undefined ? [] : [`// ${keyVariable}: the API key that begins with ${apiKey}-`]),
    `let report: [String: Any] = ${writeLiteral(body, syntax)}`,
    '',
    `var request = URLRequest(url: URL(string: ${quoteSwift(url)})!)`,
    'request.httpMethod = "POST"',
    'request.setValue("application/json", forHTTPHeaderField: "Content-Type")',
    ...(apiKey === undefined ? [] : [`request.setValue(${key}, forHTTPHeaderField: "X-Api-Key")`]),
    'request.httpBody = try JSONSerialization.data(withJSONObject: report)',
    '',
    'let (data, response) = try await URLSession.shared.data(for: request)',
    'print((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A dictionary within another is of no type that Swift could infer, unless it is told. */
const syntax = { object: ['[', ']', '] as [String: Any]'], empty: '[:]', name: quoteSwift, text: quoteSwift } as const;

/** A string literal; escaped backslashes leave no interpolation, which begins with one (The Swift Programming Language, "Strings"). */
function quoteSwift(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return `"${escaped.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/gu, (sign) => `\\u{${codeOf(sign)}}`)}"`;
}

function codeOf(sign: string): string {
  return (sign.codePointAt(0) ?? 0).toString(16);
}
