// This file turns conditions on fields into SQL that a typed index answers. It is ours, not FerretDB's.

package sqlite

import (
	"math"
	"time"

	"github.com/FerretDB/FerretDB/internal/backends/sqlite/metadata"
	"github.com/FerretDB/FerretDB/internal/types"
	"github.com/FerretDB/FerretDB/internal/util/must"
)

// term is one condition of a filter; all terms have to be fulfilled. The field may also be an operator, such as $or.
type term struct {
	field string
	value any
}

// termsOf returns the terms of a filter, also those inside of $and.
func termsOf(filter *types.Document) []term {
	var terms []term

	for i := range filter.Len() {
		field, value := filter.Keys()[i], filter.Values()[i]

		if parts, ok := documentsOf(value); ok && field == "$and" {
			for _, part := range parts {
				terms = append(terms, termsOf(part)...)
			}

			continue
		}

		terms = append(terms, term{field, value})
	}

	return terms
}

// documentsOf returns the elements of an array of documents.
func documentsOf(value any) ([]*types.Document, bool) {
	array, ok := value.(*types.Array)
	if !ok || array.Len() == 0 {
		return nil, false
	}

	docs := make([]*types.Document, array.Len())
	for i := range docs {
		if docs[i], ok = must.NotFail(array.Get(i)).(*types.Document); !ok {
			return nil, false
		}
	}

	return docs, true
}

// fieldClause returns the condition that a field which is no array equals a string, a bool or null, or is a date within
// bounds; "" if it is another one. It is exact if the value has no operators that the condition leaves out.
func fieldClause(field string, value any) (clause string, args []any, isDates, isExact bool) {
	if dates, complete, ok := datesOf(value); ok {
		clause, args = dates.clause(field)
		return clause, args, true, complete
	}

	isExact = true

	if operators, ok := value.(*types.Document); ok {
		eq, err := operators.Get("$eq")
		if err != nil {
			if needsValue(operators) {
				return metadata.HasValue(field), nil, false, false
			}

			return "", nil, false, false
		}

		value, isExact = eq, operators.Len() == 1
	}

	typeOf, valueOf := metadata.TypeOf(field), metadata.ValueOf(field)

	switch v := value.(type) {
	case types.NullType:
		return typeOf + " IS NULL AND " + valueOf + " IS NULL", nil, false, isExact
	case bool:
		n := 0
		if v {
			n = 1
		}

		return typeOf + " = 'bool' AND " + valueOf + " = ?", []any{n}, false, isExact
	case string:
		if len(v) <= maxBoundBytes && isPlain(v) {
			return typeOf + " = 'string' AND " + valueOf + " = ?", []any{v}, false, isExact
		}
	}

	return "", nil, false, false
}

// needsValue tells whether a field without a value, or with null, fails the condition: it has to be more than a number
// or a string.
func needsValue(operators *types.Document) bool {
	for _, operator := range []string{"$gt", "$gte"} {
		v, _ := operators.Get(operator)

		switch v.(type) {
		case string, int32, int64, float64:
			return true
		}
	}

	return false
}

// dates are all from one to another, both included, in milliseconds since 1970.
type dates struct{ from, to int64 }

func (d dates) clause(field string) (string, []any) {
	valueOf := metadata.ValueOf(field)
	clause, args := metadata.TypeOf(field)+" = 'date'", []any(nil)

	if d.from != math.MinInt64 {
		clause, args = clause+" AND "+valueOf+" >= ?", append(args, d.from)
	}

	if d.to != math.MaxInt64 {
		clause, args = clause+" AND "+valueOf+" <= ?", append(args, d.to)
	}

	return clause, args
}

// datesOf returns the dates that a condition lets through, and whether that is all there is to it.
func datesOf(value any) (res dates, complete, ok bool) {
	res, complete = dates{math.MinInt64, math.MaxInt64}, true

	if at, isDate := value.(time.Time); isDate {
		return dates{at.UnixMilli(), at.UnixMilli()}, true, true
	}

	operators, _ := value.(*types.Document)
	for i := range operators.Len() {
		at, isDate := operators.Values()[i].(time.Time)
		if !isDate {
			complete = false
			continue
		}

		ms, isRange := at.UnixMilli(), true

		switch operators.Keys()[i] {
		case "$eq":
			res = res.and(dates{ms, ms})
		case "$gt":
			res = res.and(dates{ms + 1, math.MaxInt64})
		case "$gte":
			res = res.and(dates{ms, math.MaxInt64})
		case "$lt":
			res = res.and(dates{math.MinInt64, ms - 1})
		case "$lte":
			res = res.and(dates{math.MinInt64, ms})
		default:
			isRange, complete = false, false
		}

		ok = ok || isRange
	}

	return res, complete, ok
}

// datesIn returns the dates that a field may have in a document that the filter lets through; not ok if it may be
// something else than a date.
func datesIn(filter *types.Document, field string) (res dates, ok bool) {
	res = dates{math.MinInt64, math.MaxInt64}

	for _, t := range termsOf(filter) {
		var some dates
		var known bool

		if t.field == field {
			some, _, known = datesOf(t.value)
		} else if t.field == "$or" {
			some, known = datesInEither(t.value, field)
		}

		if known {
			res, ok = res.and(some), true
		}
	}

	return res, ok
}

// datesInEither returns the dates that a field may have by any of the filters.
func datesInEither(filters any, field string) (dates, bool) {
	docs, ok := documentsOf(filters)
	res := dates{math.MaxInt64, math.MinInt64}

	for _, doc := range docs {
		some, known := datesIn(doc, field)
		if !known {
			return res, false
		}

		res = dates{min(res.from, some.from), max(res.to, some.to)}
	}

	return res, ok
}

func (d dates) and(other dates) dates {
	return dates{max(d.from, other.from), min(d.to, other.to)}
}
