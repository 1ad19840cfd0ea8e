#!/usr/bin/env bash
# Keeps records for years: exports those that are new since the last run, and uploads the files to a
# bucket of S3. Run it regularly, more often than the retention of the topics. What could not be
# uploaded stays in the folder, and the next run uploads it; so a run may be killed at any time.
#
#   KEEP     folder of the positions and of files that wait
#   BUCKET   address of the bucket, such as https://s3.eu-central-1.amazonaws.com/kept
#   REGION   of the bucket
#   TOPICS   without prefix; scores, drift and incidents if not set
#   RESIDUA  program; residua if not set
#   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
#
# The Kafka cluster is that of KAFKA_BOOTSTRAP_SERVERS.
set -euo pipefail
: "${KEEP:?is the folder of the positions}" "${BUCKET:?is the address of the bucket}" "${REGION:?is that of the bucket}"
: "${AWS_ACCESS_KEY_ID:?is missing}" "${AWS_SECRET_ACCESS_KEY:?is missing}"
mkdir -p "$KEEP"
exec 9>"$KEEP/lock"
flock -n 9 || { printf 'another run is not over\n' >&2; exit 1; }

for topic in ${TOPICS:-scores drift incidents}; do
  "${RESIDUA:-residua}" export --topic "$topic" --continue "$KEEP/$topic.json" \
    --out "$KEEP/$topic-$(date -u +%Y%m%dT%H%M%S.%NZ).parquet"
done

# The key comes from standard input, since others can see the arguments of a process.
for file in "$KEEP"/*.parquet; do
  [ -e "$file" ] || continue
  name=$(basename "$file")
  printf 'user = "%s:%s"\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" |
    curl --config - --fail --silent --show-error --retry 3 --aws-sigv4 "aws:amz:$REGION:s3" \
      --upload-file "$file" "$BUCKET/${name%%-*}/$name"
  rm "$file"
done
