// This file lets SQLite leave out documents that cannot match a regular expression, because a text that the expression
// needs is not in them: so a search need not decode the whole collection. It is ours, not FerretDB's.

package sqlite

import (
	"regexp/syntax"
	"strings"

	"github.com/FerretDB/FerretDB/internal/backends/sqlite/metadata"
	"github.com/FerretDB/FerretDB/internal/types"
)

// regexClause returns the condition that a document, or its _id, has the longest text that the regular expression of a
// field's condition needs; "" if it needs none. Case is let through, and so is everything in doubt: it is never exact.
func regexClause(field string, value any) (string, []any) {
	pattern := likePattern(neededText(value))
	if pattern == "" {
		return "", nil
	}

	column := metadata.DefaultColumn
	if field == "_id" {
		column = metadata.IDText
	}

	return column + " LIKE ?", []any{"%" + pattern + "%"}
}

// regexOfEitherClause returns the condition for alternatives of which each has such a condition, or "".
func regexOfEitherClause(filters any) (string, []any) {
	var clauses []string
	var args []any

	docs, _ := documentsOf(filters)
	for _, doc := range docs {
		clause, some := "", []any(nil)
		for _, t := range termsOf(doc) {
			if clause == "" {
				clause, some = regexClause(t.field, t.value)
			}
		}

		if clause == "" {
			return "", nil
		}

		if len(args) == 0 || clause != clauses[len(clauses)-1] || some[0] != args[len(args)-1] {
			clauses, args = append(clauses, clause), append(args, some...)
		}
	}

	if len(clauses) == 0 {
		return "", nil
	}

	return "(" + strings.Join(clauses, " OR ") + ")", args
}

// neededText returns the longest text that whatever matches {$regex: …} has in it.
func neededText(value any) []rune {
	operators, ok := value.(*types.Document)
	if !ok {
		return nil
	}

	v, _ := operators.Get("$regex")
	pattern, ok := v.(string)
	options, _ := operators.Get("$options")

	if flags, _ := options.(string); !ok || strings.Contains(flags, "x") {
		return nil
	}

	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}

	parts := []*syntax.Regexp{parsed}
	if parsed.Op == syntax.OpConcat {
		parts = parsed.Sub
	}

	var longest []rune

	for _, part := range parts {
		if part.Op == syntax.OpLiteral && len(part.Rune) > len(longest) {
			longest = part.Rune
		}
	}

	return longest
}

// likePattern returns what LIKE finds the text by in JSON, or "" if it would find everything. What JSON may write in
// another way stands for anything; % and _ are special to LIKE; a k and an s also have a third case outside of ASCII.
func likePattern(text []rune) string {
	var pattern strings.Builder
	isPattern := false

	for _, r := range text {
		switch {
		case r < ' ' || r > '~' || strings.ContainsRune(`"\<>&`, r):
			pattern.WriteByte('%')
		case strings.ContainsRune("%_kKsS", r):
			pattern.WriteByte('_')
		default:
			pattern.WriteRune(r)
			isPattern = true
		}
	}

	if !isPattern {
		return ""
	}

	return pattern.String()
}
