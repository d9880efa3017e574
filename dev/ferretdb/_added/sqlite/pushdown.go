// This file gives SQLite what it can do of a query by its indexes: conditions, the order, the count. It is ours, not
// FerretDB's.
//
// FerretDB applies the full filter to what SQLite returns, so a condition may let too much through, never too little.
// An order has to be right, because it is then not sorted again: where that is in doubt, it is left to FerretDB.
//
// What is in doubt is asked of an index first (is there an array? an odd _id?), by a statement of its own. A document
// that becomes odd between the two may be missed, as MongoDB may miss one that is changed while a query runs.

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/FerretDB/FerretDB/internal/backends"
	"github.com/FerretDB/FerretDB/internal/backends/sqlite/metadata"
	"github.com/FerretDB/FerretDB/internal/types"
	"github.com/FerretDB/FerretDB/internal/util/fsql"
	"github.com/FerretDB/FerretDB/internal/util/lazyerrors"
)

// pushdown is the part of a query that SQLite does.
type pushdown struct {
	ctx  context.Context
	db   *fsql.DB
	meta *metadata.Collection

	conditions []string
	args       []any

	// inexact is true if some documents that fulfil the conditions may fail the filter.
	inexact bool

	// dates are the fields of which the conditions let only dates through.
	dates map[string]bool

	orderBy string

	// idLast is true if other conditions leave so few documents that these are sorted, rather than found in the order of
	// their _id.
	idLast bool

	// What was asked of an index is kept here.
	indexes map[string]*metadata.IndexInfo // of useful fields, nil for others
	oddIDs  *bool
}

// newPushdown finds out what SQLite can do of a query with this filter and order; either may be nil.
func newPushdown(ctx context.Context, db *fsql.DB, meta *metadata.Collection, filter, order *types.Document) *pushdown {
	p := &pushdown{
		ctx: ctx, db: db, meta: meta, dates: map[string]bool{}, indexes: map[string]*metadata.IndexInfo{},
	}

	terms := termsOf(filter)
	useFields, idFirst := !meta.Capped(), false

	for _, t := range terms {
		if t.field == "_id" {
			kind := p.addID(t.value)
			useFields = useFields && kind != idByValue
			idFirst = idFirst || kind == idBetween
		}
	}

	for _, t := range terms {
		switch {
		case t.field == "_id":
		case useFields:
			p.addField(t, idFirst)
		default:
			p.inexact = true
		}
	}

	if !meta.Capped() {
		p.orderBy = p.orderByClause(order)
	}

	if p.idLast {
		// With a sign before it, an expression is no index's.
		p.orderBy = strings.ReplaceAll(p.orderBy, metadata.IDColumn, "+"+metadata.IDColumn)

		for i, c := range p.conditions {
			p.conditions[i] = strings.ReplaceAll(c, metadata.IDColumn, "+"+metadata.IDColumn)
		}
	}

	return p
}

// where returns the WHERE clause, or "".
func (p *pushdown) where() string {
	if len(p.conditions) == 0 {
		return ""
	}

	return " WHERE " + strings.Join(p.conditions, " AND ")
}

// count returns a result that has the number of documents, if SQLite can tell.
func (p *pushdown) count() (*backends.QueryResult, error) {
	res := &backends.QueryResult{Iter: newQueryIterator(p.ctx, nil, false)}
	if p.inexact {
		return res, nil
	}

	var n int64

	q := fmt.Sprintf(`SELECT COUNT(*) FROM %q`, p.meta.TableName) + p.where()
	if err := p.db.QueryRowContext(p.ctx, q, p.args...).Scan(&n); err != nil {
		return nil, lazyerrors.Error(err)
	}

	res.Count = &n

	return res, nil
}

// canSkip tells whether SQLite can leave out the first documents: those that FerretDB would, in the same order.
func (p *pushdown) canSkip(params *backends.QueryParams) bool {
	isOrdered := params.Order.Len() == 0 || p.orderBy != ""

	return params.Skip > 0 && params.Limit == 0 && isOrdered && !p.inexact && !p.meta.Capped()
}

func (p *pushdown) add(clause string, args []any, exact bool) {
	if clause != "" {
		p.conditions = append(p.conditions, clause)
		p.args = append(p.args, args...)
	}

	p.inexact = p.inexact || !exact
}

// addID adds the condition for a term on _id, and returns how much that narrows the query.
func (p *pushdown) addID(id any) idKind {
	clause, args, kind, isExact := idRange(id)
	if clause == "" || p.mayHaveOddIDs() {
		clause, args, kind = idClause(id)
		isExact = false
	}

	p.add(clause, args, isExact)
	p.addRegex(regexClause("_id", id))

	return kind
}

func (p *pushdown) addRegex(clause string, args []any) {
	if clause != "" {
		p.add(clause, args, false)
	}
}

// addField adds the condition for a term on another field than _id. If _id is between two bounds, and so the better
// one to search by, only an index that goes on with _id is of use.
func (p *pushdown) addField(t term, idFirst bool) {
	if t.field == "$or" {
		p.addDatesOfEither(t, idFirst)
		p.addRegex(regexOfEitherClause(t.value))
		p.addEither(t.value)
		return
	}

	p.addRegex(regexClause(t.field, t.value))

	clause, args, isDates, isExact := fieldClause(t.field, t.value)
	if clause == "" || !p.isUseful(t.field, idFirst) {
		p.inexact = true
		return
	}

	p.add(clause, args, isExact)
	p.dates[t.field] = p.dates[t.field] || isDates
}

// addDatesOfEither adds, for each indexed field of which all alternatives take only dates, the condition to be within
// the earliest and the latest that any takes: so a page after a given key starts where that key is.
func (p *pushdown) addDatesOfEither(t term, idFirst bool) {
	p.inexact = true
	filter := types.MakeDocument(1)
	filter.Set(t.field, t.value)

	for _, index := range p.meta.Settings.Indexes {
		field := index.Key[0].Field

		dates, ok := datesIn(filter, field)
		if !ok || !p.isUseful(field, idFirst) {
			continue
		}

		clause, args := dates.clause(field)
		p.add(clause, args, false)
		p.dates[field] = true
	}
}

// addEither adds the condition for alternatives of which each needs a value, or one string, in an indexed field: those are
// few where most documents have none.
func (p *pushdown) addEither(filters any) {
	var found []string
	var args []any

	docs, _ := documentsOf(filters)
	for _, doc := range docs {
		clause := ""

		for _, t := range termsOf(doc) {
			operators, isDocument := t.value.(*types.Document)
			_, isString := t.value.(string)

			if t.field == "_id" || !isString && !(isDocument && needsValue(operators)) {
				continue
			}

			condition, values, _, _ := fieldClause(t.field, t.value)
			if condition == "" || !p.isUseful(t.field, false) {
				continue
			}

			clause = fmt.Sprintf(
				"SELECT rowid FROM %q INDEXED BY %q WHERE %s",
				p.meta.TableName, p.nameOf(p.indexes[t.field]), condition,
			)
			args = append(args, values...)

			break
		}

		if clause == "" {
			return
		}

		found = append(found, clause)
	}

	if len(found) == 0 {
		return
	}

	p.add("rowid IN ("+strings.Join(found, " UNION ALL ")+")", args, false)
	p.idLast = true
}

// isUseful tells whether there is a typed index that begins with the field, and no document has an array there: one is
// found by each of its elements.
func (p *pushdown) isUseful(field string, idFirst bool) bool {
	index, known := p.indexes[field]
	if !known {
		index = typedIndex(p.meta, field)
		if index != nil && p.mayExist(p.nameOf(index), metadata.IsArray(field)) {
			index = nil
		}

		p.indexes[field] = index
	}

	return index != nil && (!idFirst || goesOnWithID(*index))
}

// mayHaveOddIDs tells whether the order of _id may be another than that of its JSON text.
func (p *pushdown) mayHaveOddIDs() bool {
	if p.oddIDs == nil {
		odd := p.mayExist(metadata.OddIDsIndex(p.meta.TableName), metadata.OddID)
		p.oddIDs = &odd
	}

	return *p.oddIDs
}

// mayExist asks an index, and nothing else, whether there is a document. If there is no such index, there may be one.
func (p *pushdown) mayExist(index, condition string) bool {
	var found int

	q := fmt.Sprintf(`SELECT 1 FROM %q INDEXED BY %q WHERE %s LIMIT 1`, p.meta.TableName, index, condition)
	err := p.db.QueryRowContext(p.ctx, q).Scan(&found)

	return !errors.Is(err, sql.ErrNoRows)
}

// orderByClause returns the clause for {_id: ±1}, {field: ±1} or {field: ±1, _id: ±1}, or "" to let FerretDB sort.
func (p *pushdown) orderByClause(order *types.Document) string {
	if order.Len() == 0 || order.Len() > 2 {
		return ""
	}

	var columns []string

	for i, key := range order.Keys() {
		direction := ""
		if v, _ := order.Get(key); v == int64(-1) {
			direction = " DESC"
		}

		switch {
		case key == "_id" && !p.mayHaveOddIDs():
			columns = append(columns, metadata.IDColumn+direction)
		case key == "_id" || i > 0 || !p.isUseful(key, false):
			return ""
		case p.dates[key]:
			columns = append(columns, metadata.ValueOf(key)+direction)
		case p.hasOnlyDates(key):
			columns = append(columns, metadata.TypeOf(key)+direction, metadata.ValueOf(key)+direction)
		default:
			return ""
		}

		if key == "_id" {
			break // it is unique
		}
	}

	return " ORDER BY " + strings.Join(columns, ", ")
}

// hasOnlyDates tells whether the field of all documents is a date, null or missing.
func (p *pushdown) hasOnlyDates(field string) bool {
	name, typeOf := p.nameOf(p.indexes[field]), metadata.TypeOf(field)

	return !p.mayExist(name, typeOf+" < 'date'") && !p.mayExist(name, typeOf+" > 'date'")
}

// nameOf returns the index's name in SQLite.
func (p *pushdown) nameOf(index *metadata.IndexInfo) string {
	return p.meta.TableName + "_" + index.Name
}

// typedIndex returns an index that begins with the field: if there are several, one that goes on with _id.
func typedIndex(meta *metadata.Collection, field string) *metadata.IndexInfo {
	var found *metadata.IndexInfo

	for i, index := range meta.Settings.Indexes {
		if index.Key[0].Field != field || !metadata.HasTypedIndex(index) {
			continue
		}

		if found == nil || goesOnWithID(index) {
			found = &meta.Settings.Indexes[i]
		}
	}

	return found
}

func goesOnWithID(index metadata.IndexInfo) bool {
	return len(index.Key) > 1 && index.Key[1].Field == "_id"
}
