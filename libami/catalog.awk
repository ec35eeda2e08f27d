# SPDX-License-Identifier: MIT
# catalog.tsv to the rows of a C array. Sorts by action, in lower case, itself: sort(1) follows the
# locale.
BEGIN {
    FS = "\t"
    answer["simple"] = "AMI__SIMPLE"
    answer["list"] = "AMI__LIST"
    answer["command"] = "AMI__COMMAND"
    answer["deferred"] = "AMI__DEFERRED"
    answer["raw"] = "AMI__RAW"
}
/^#/ || NR == 1 { next }
!($2 in answer) { print FILENAME ":" FNR ": unknown kind of answer: " $2 > "/dev/stderr"; exit 1 }
{
    row[++n] = sprintf("{\"%s\", %s, \"%s\", \"%s\"},", $1, answer[$2], $3, $4)
    key[n] = tolower($1)
    for (i = n; i > 1 && key[i] < key[i - 1]; i--) {
        t = key[i]; key[i] = key[i - 1]; key[i - 1] = t
        t = row[i]; row[i] = row[i - 1]; row[i - 1] = t
    }
}
END { for (i = 1; i <= n; i++) print row[i] }
