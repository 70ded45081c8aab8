#!/bin/sh
# Adds a file to a new ticket of a running local stack, in three ways: by the ready form, by a declared one, and in parts.
# Use: sh examples/upload-with-curl.sh FILE [path of local.json]
set -eu
if [ $# -eq 0 ] || [ ! -s "$1" ]; then
  echo "Use: sh examples/upload-with-curl.sh FILE [path of local.json]; the file must be there and have content." >&2
  exit 2
fi
FILE=$1
LOCAL=${2:-.feedbridge/local.json}
PART=$(mktemp)
trap 'rm -f "$PART"' EXIT

# Prints a value of a JSON text: get '.ticket.id' "$JSON"
get() { node -e 'console.log(eval("JSON.parse(process.argv[2])" + process.argv[1]) ?? "")' "$1" "$2"; }
API=$(get .api "$(cat "$LOCAL")")
KEY=$(get .keys.mobile "$(cat "$LOCAL")")
TOKEN=$(get .token "$(cat "$LOCAL")")
SIZE=$(wc -c <"$FILE" | tr -d ' ')
SHA256=$(node -e 'const h=require("crypto").createHash("sha256");require("fs").createReadStream(process.argv[1]).on("data",d=>h.update(d)).on("end",()=>console.log(h.digest("hex")))' "$FILE")

# Sends the file to S3 by a form: all fields as they are, the file last.
send_form() {
  fields=$(node -e 'for (const [k, v] of Object.entries(JSON.parse(process.argv[1]).fields)) console.log(`form-string = "${k}=${v.replace(/["\\]/g, "\\$&")}"`)' "$1")
  printf '%s\n' "$fields" | curl -sS --fail-with-body -K - -F "file=@$FILE" "$(get .url "$1")"
}
# Posts JSON; an answer that is no success is shown, since it says why.
post() {
  ANSWER=$(curl -sS --fail-with-body -X POST -H 'Content-Type: application/json' -d "$2" "$1") || {
    echo "$ANSWER" >&2
    return 1
  }
  echo "$ANSWER"
}

echo '1. One call to us, one to S3: the answer that creates the ticket has a form for each attachment field.'
CREATED=$(curl -sS --fail-with-body "$API/api/v1/projects/apollo/feedback/appcrashlog" \
  -H "X-Api-Key: $KEY" -H 'Content-Type: application/json' -d '{"summary":"Sent with curl"}')
TICKET=$(get .ticket.id "$CREATED")
send_form "$(node -e 'console.log(JSON.stringify(JSON.parse(process.argv[1]).files[0].upload))' "$CREATED")"

echo '2. Any number of files more, without the key: declare one, send it by the form in the answer.'
ENDPOINT=$(get '.files[1].endpoint' "$CREATED")
DECLARED=$(post "$ENDPOINT" "{\"fileName\":\"declared.bin\",\"contentType\":\"application/octet-stream\",\"size\":$SIZE,\"sha256\":\"$SHA256\",\"multipart\":false}")
send_form "$(node -e 'console.log(JSON.stringify(JSON.parse(process.argv[1]).upload))' "$DECLARED")"

echo '3. In parts of 16 MiB, as files above 100 MiB come anyway. Ask for what is there, send what is missing, complete.'
PARTS=$(post "$ENDPOINT" "{\"fileName\":\"parts.bin\",\"contentType\":\"application/octet-stream\",\"size\":$SIZE,\"sha256\":\"$SHA256\",\"multipart\":true}")
PART_SIZE=$(get .upload.partSize "$PARTS")
COUNT=$(((SIZE + PART_SIZE - 1) / PART_SIZE))
NUMBER=1
while [ "$NUMBER" -le "$COUNT" ]; do
  URL=$(get '.parts[0].url' "$(post "$(get .upload.sign "$PARTS")" "{\"parts\":[$NUMBER]}")")
  tail -c +$(((NUMBER - 1) * PART_SIZE + 1)) "$FILE" | head -c "$PART_SIZE" >"$PART"
  curl -sS --fail-with-body -T "$PART" "$URL"
  NUMBER=$((NUMBER + 1))
done
THERE=$(curl -sS --fail-with-body "$(get .upload.list "$PARTS")")
COMPLETE=$(node -e 'console.log(JSON.stringify({ parts: JSON.parse(process.argv[1]).parts.map(({ number, etag }) => ({ number, etag })) }))' "$THERE")
post "$(get .upload.complete "$PARTS")" "$COMPLETE" >/dev/null

echo "All three are on $TICKET within seconds, each with its state:"
TRIES=0
while [ "$TRIES" -lt 100 ]; do
  SHOWN=$(curl -sS --fail-with-body -H "Authorization: Bearer $TOKEN" "$API/admin/v1/projects/apollo/tickets/$TICKET")
  [ "$(get '.attachments.filter((a) => a.state !== "pending").length' "$SHOWN")" -eq 3 ] && break
  TRIES=$((TRIES + 1))
  sleep 0.1
done
node -e 'for (const { fileName, size, state } of JSON.parse(process.argv[1]).attachments) console.log(`  ${fileName}: ${size} bytes, ${state}`)' "$SHOWN"
