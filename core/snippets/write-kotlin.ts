import { keyVariable, type SnippetRequest, signElsewhere } from './snippet-request.ts';

/** A program for the JVM and for Android, without libraries. */
export function writeKotlin({ url, body, apiKey, signing }: SnippetRequest): string {
  const lines = [
    'import java.net.HttpURLConnection',
    'import java.net.URI',
    '',
    ...(signing === undefined ? [] : [`// ${signElsewhere}`]),
    ...(apiKey === undefined ? [] : [`// ${keyVariable}: the API key that begins with ${apiKey}-`]),
    'fun main() {',
    `    val report = ${quoteRaw(JSON.stringify(body, null, 2))}`,
    `    val connection = URI(${quoteRaw(url)}).toURL().openConnection() as HttpURLConnection`,
    '    connection.requestMethod = "POST"',
    '    connection.doOutput = true',
    '    connection.setRequestProperty("Content-Type", "application/json")',
    ...(apiKey === undefined
      ? []
      : [`    connection.setRequestProperty("X-Api-Key", System.getenv("${keyVariable}") ?: "")`]),
    '    connection.outputStream.use { it.write(report.toByteArray()) }',
    '    val isTaken = connection.responseCode < 400',
    '    val answer = (if (isTaken) connection.inputStream else connection.errorStream).bufferedReader().readText()',
    '    println(listOf(connection.responseCode, answer).joinToString(" "))',
    '}',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A dollar that begins nothing. */
const dollar = ['$', "{'$'}"].join('');

/**
 * A raw string, in which a backslash is one and only a dollar begins something else (Kotlin, "Strings"). JSON never has three
 * quotes in a row: between two texts there is always a comma or a colon, and a quote within one follows a backslash.
 */
function quoteRaw(json: string): string {
  return `"""${json.replaceAll('$', () => dollar)}"""`;
}
