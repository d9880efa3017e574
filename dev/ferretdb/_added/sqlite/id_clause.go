// This file turns conditions on _id into SQL that SQLite's index on _id answers. It is ours, not FerretDB's, which does
// so only for a filter that is {_id: <value>} and nothing else.

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

// idKind is how much a clause narrows a query.
type idKind int

const (
	idOpen    idKind = iota // not, or from one side only
	idBetween               // from both sides
	idByValue               // to some documents
)

// idClause returns the condition for what a filter asks of _id, with its parameters, or "" if there is none to use. It
// holds in any collection.
func idClause(id any) (string, []any, idKind) {
	operators, ok := id.(*types.Document)
	if !ok {
		return inClause(id)
	}

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
func inClause(values ...any) (string, []any, idKind) {
	args := make([]any, len(values))

	for i, v := range values {
		switch v.(type) {
		case string, types.ObjectID:
			args[i] = string(must.NotFail(sjson.MarshalSingleValue(v)))
		default:
			return "", nil, idOpen
		}
	}

	return metadata.IDColumn + " IN (" + strings.TrimSuffix(strings.Repeat("?,", len(args)), ",") + ")", args, idByValue
}

// idBound is one end of a range of _id.
type idBound struct{ sql, value string }

// idRange returns the condition for a range of _id in a collection that has no odd one (see metadata.OddID): there, the
// order of the JSON texts is that of the strings. It is exact if there are no operators that the condition leaves out.
//
// Of several bounds on one side only the tightest is in it: SQLite takes one of them to search by, whichever, and reads
// all documents up to that.
func idRange(id any) (clause string, args []any, kind idKind, isExact bool) {
	sql := map[string]string{"$gt": " > ?", "$gte": " >= ?", "$lt": " < ?", "$lte": " <= ?"}
	isExact = true

	var from, to *idBound

	operators, _ := id.(*types.Document)
	for i := range operators.Len() {
		operator := operators.Keys()[i]

		bound, ok := operators.Values()[i].(string)
		if !ok || sql[operator] == "" || !isPlain(bound) {
			isExact = false
			continue
		}

		one := &idBound{sql[operator], bound}
		if operator[1] == 'g' && (from == nil || bound > from.value || bound == from.value && operator == "$gt") {
			from = one
		}

		if operator[1] == 'l' && (to == nil || bound < to.value || bound == to.value && operator == "$lt") {
			to = one
		}
	}

	var conditions []string

	for _, b := range []*idBound{from, to} {
		if b != nil {
			conditions, args = append(conditions, metadata.IDColumn+b.sql), append(args, `"`+b.value+`"`)
		}
	}

	if from != nil && to != nil {
		kind = idBetween
	}

	return strings.Join(conditions, " AND "), args, kind, isExact
}

// rangeClause returns the clause for from <= _id <= to, or for one of them if the other is "".
//
// The index holds JSON text, whose order is that of the strings but for escaped characters: each begins with \,
// whatever it stands for. Let _id and a bound differ first at byte i. If _id is not escaped there, both orders are
// the same. If it is, its JSON text goes on with \ after the bound's first i bytes: where that puts it on the wrong
// side of the bound, all such texts are let through. If one is the beginning of the other, the quote that ends a
// string is less than any byte of a bound, and the bound from below goes without its own.
func rangeClause(from, to string) (string, []any, idKind) {
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
		return "", nil, idOpen
	}

	kind := idOpen
	if len(main) == 2 {
		kind = idBetween
	}

	or := append([]string{"(" + strings.Join(main, " AND ") + ")"}, exceptions...)

	return "(" + strings.Join(or, " OR ") + ")", append(mainArgs, exceptionArgs...), kind
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
		if !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || strings.IndexByte("._~@/%-", c) >= 0) {
			return false
		}
	}

	return true
}
