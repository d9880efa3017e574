// This file lets SQLite's index on _id narrow a query by any filter that has an _id. It is ours, not FerretDB's.
//
// FerretDB v1 does so only when the filter is {_id: <value>} and nothing else; for any other it decodes the whole
// collection. It applies the full filter to what SQLite returns, so a clause may let too much through, never too
// little.

package sqlite

import (
	"strings"

	"github.com/FerretDB/FerretDB/internal/backends/sqlite/metadata"
	"github.com/FerretDB/FerretDB/internal/handler/sjson"
	"github.com/FerretDB/FerretDB/internal/types"
	"github.com/FerretDB/FerretDB/internal/util/must"
)

const (
	// maxIDs is how many values of $in become parameters; SQLite takes at most 32 766 in a statement.
	maxIDs = 10_000

	// maxBoundBytes is how long a bound of a range may be; each byte adds two comparisons.
	maxBoundBytes = 200
)

// idClause returns a WHERE clause for the _id in the filter, with its parameters, or "" if there is none to use.
func idClause(filter *types.Document) (string, []any) {
	if filter.Len() == 0 {
		return "", nil
	}

	id, _ := filter.Get("_id")

	var where string
	var args []any

	if doc, ok := id.(*types.Document); ok {
		where, args = operatorsClause(doc)
	} else {
		where, args = inClause(id)
	}

	if where == "" {
		return "", nil
	}

	return " WHERE " + where, args
}

// operatorsClause returns the clause for {$eq: …}, {$in: […]} or a range; other operators are left to FerretDB.
func operatorsClause(operators *types.Document) (string, []any) {
	if v, err := operators.Get("$eq"); err == nil {
		return inClause(v)
	}

	if v, err := operators.Get("$in"); err == nil {
		if list, ok := v.(*types.Array); ok && list.Len() <= maxIDs {
			values := make([]any, list.Len())
			for i := range values {
				values[i] = must.NotFail(list.Get(i))
			}

			return inClause(values...)
		}
	}

	return rangeClause(plainBound(operators, "$gte", "$gt"), plainBound(operators, "$lte", "$lt"))
}

// inClause returns the clause for an _id that is one of values.
func inClause(values ...any) (string, []any) {
	args := make([]any, len(values))

	for i, v := range values {
		switch v.(type) {
		case string, types.ObjectID:
			args[i] = string(must.NotFail(sjson.MarshalSingleValue(v)))
		default:
			return "", nil
		}
	}

	return metadata.IDColumn + " IN (" + strings.TrimSuffix(strings.Repeat("?,", len(args)), ",") + ")", args
}

// rangeClause returns the clause for from <= _id <= to, or for one of them if the other is "".
//
// The index holds JSON text, whose order is that of the strings but for escaped characters: each begins with \,
// whatever it stands for. Let _id and a bound differ first at byte i. If _id is not escaped there, both orders are
// the same. If it is, its JSON text goes on with \ after the bound's first i bytes: where that puts it on the wrong
// side of the bound, all such texts are let through. If one is the beginning of the other, the quote that ends a
// string is less than any byte of a bound, and the bound from below goes without its own.
func rangeClause(from, to string) (string, []any) {
	var main, exceptions []string
	var mainArgs, exceptionArgs []any

	escapedAt := func(bound string, i int) {
		exceptions = append(exceptions, "("+metadata.IDColumn+" >= ? AND "+metadata.IDColumn+" < ?)")
		exceptionArgs = append(exceptionArgs, `"`+bound[:i]+`\`, `"`+bound[:i]+`]`)
	}

	if from != "" {
		main, mainArgs = append(main, metadata.IDColumn+" >= ?"), append(mainArgs, `"`+from)

		for i := range len(from) {
			// A smaller byte than \ leaves the escaped one above the bound, where it is found in any case.
			if from[i] > '\\' {
				escapedAt(from, i)
			}
		}
	}

	if to != "" {
		main, mainArgs = append(main, metadata.IDColumn+" <= ?"), append(mainArgs, `"`+to+`"`)

		for i := range len(to) {
			if to[i] < '\\' {
				escapedAt(to, i)
			}
		}
	}

	if len(main) == 0 {
		return "", nil
	}

	or := append([]string{"(" + strings.Join(main, " AND ") + ")"}, exceptions...)

	return "(" + strings.Join(or, " OR ") + ")", append(mainArgs, exceptionArgs...)
}

// plainBound returns the first of the operators' strings that has only characters which JSON never escapes.
func plainBound(operators *types.Document, names ...string) string {
	for _, name := range names {
		v, _ := operators.Get(name)
		if s, ok := v.(string); ok && len(s) <= maxBoundBytes && isPlain(s) {
			return s
		}
	}

	return ""
}

func isPlain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || strings.IndexByte("._~@/-", c) >= 0) {
			return false
		}
	}

	return true
}
