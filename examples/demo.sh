#!/bin/sh
# The whole way on the example publication, by the commands that people use. Usage: demo.sh FOLDER
# The reviewer's name says that nobody reviewed anything: this is a demonstration.
set -eu
folder=${1:-demo}
pubpipe=${PUBPIPE:-pubpipe}
case "$pubpipe" in
  /*) ;;
  */*) pubpipe="$PWD/$pubpipe" ;;
esac
reviewer="Demonstration (no person reviewed this)"
id=mekong-migration

if [ ! -f "$folder/pubpipe.toml" ]; then
  "$pubpipe" init "$folder" --example
fi
cd "$folder"
"$pubpipe" memory import memory.tmx
"$pubpipe" publish summary.docx --id "$id" --direct
if [ "$("$pubpipe" review list --json)" != "[]" ]; then
  "$pubpipe" review approve "$id" --language all --stage "language review" --all-rounds --yes --reviewer "$reviewer"
  "$pubpipe" review approve "$id" --language all --stage "sign-off" --yes --reviewer "$reviewer"
fi
"$pubpipe" publish summary.docx --id "$id" --direct
count=$(find "outputs/$id" -maxdepth 2 \( -name '*.docx' -o -name '*.pdf' \) | wc -l | tr -d ' ')
echo
echo "$count documents are in $folder/outputs/$id:"
find "outputs/$id" -maxdepth 2 \( -name '*.docx' -o -name '*.pdf' \) | sort | sed 's/^/  /'
echo "What went into them: $folder/outputs/$id/manifest.json"
echo
echo "What to do next:"
echo "  look at the files; then, in $folder:"
echo "  $pubpipe up"
echo "      the server: reviews in the browser, scheduled rebuilds"
echo "  $pubpipe status"
echo "      where every edition stands"
echo "  edit glossary/terms.csv, then $pubpipe plan"
echo "      what became stale, and why"
echo "  $pubpipe publish YOUR-SUMMARY.docx"
echo "      a publication of your own"
[ "$count" -eq 12 ] || { echo "error: expected 12 documents" >&2; exit 1; }
