// This file says what our indexes in SQLite hold, so that a query can be made to fit them. It is ours, not FerretDB's.
//
// FerretDB's indexes hold the JSON text of each field: a date is text that sorts as text, and looks like a number's.
// Ours hold the type of a field and then its value, so that dates are in order, and apart from all else.

package metadata

import (
	"context"
	"fmt"
	"strings"

	"github.com/FerretDB/FerretDB/internal/backends"
	"github.com/FerretDB/FerretDB/internal/util/fsql"
)

// OddID is true of an _id whose JSON text may be elsewhere among the others' than MongoDB puts the _id: one that is not
// a string, has an escaped character, or one less than the quote that ends the text.
const OddID = "(" + DefaultColumn + `->>'$."$s".p._id.t' IS NOT 'string' OR ` + IDColumn + ` GLOB '*[\ !]*')`

// IDText is the text of an _id without its quotes. The index on _id holds it beside IDColumn, which alone SQLite does not
// read from an index: it may give more than a text. Never NULL, so that the index goes on refusing each second _id.
const IDText = "ifnull(" + DefaultColumn + `->>"_id",'')`

// IsIDIndex tells whether it is the index that each collection has on _id.
func IsIDIndex(index IndexInfo) bool {
	return index.Unique && len(index.Key) == 1 && index.Key[0].Field == "_id"
}

// HasTypedIndex tells whether the index is by type and value, and so of use for more than to refuse duplicates. A unique
// one is not: to it, null is a value, but 1 and true are not the same.
func HasTypedIndex(index IndexInfo) bool {
	return !index.Unique && IsPlainField(index.Key[0].Field)
}

// IsPlainField tells whether a field has a name of letters, digits and _, as have those that it is in, and is not _id.
func IsPlainField(field string) bool {
	for _, name := range strings.Split(field, ".") {
		for _, c := range name {
			if !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || c == '_') {
				return false
			}
		}

		if name == "" {
			return false
		}
	}

	return field != "_id"
}

// TypeOf returns the expression of a plain field's type, as FerretDB names it; NULL is for null and for no field, and 1
// for a field that is in an array. No CASE: SQLite would not find it in an index.
func TypeOf(field string) string {
	names := strings.Split(field, ".")
	path, inArray := `$`, ""

	for i, name := range names {
		path += `."$s".p.` + name

		if i < len(names)-1 {
			inArray += fmt.Sprintf(`,nullif(%s->>'%s.t'='array',0)`, DefaultColumn, path)
		}
	}

	typeOf := fmt.Sprintf(`nullif(%s->>'%s.t','null')`, DefaultColumn, path)
	if inArray == "" {
		return typeOf
	}

	return "coalesce(" + typeOf + inArray + ")"
}

// IsArray returns the condition that a plain field is an array, or in one.
func IsArray(field string) string {
	return TypeOf(field) + " IN ('array',1)"
}

// HasValue returns the condition that a plain field which is in no array is there and not null, as a range of an index.
func HasValue(field string) string {
	return TypeOf(field) + " > ''"
}

// ValueOf returns the expression of a plain field's value: a date is in milliseconds since 1970, a bool is 0 or 1.
func ValueOf(field string) string {
	return fmt.Sprintf(`%s->>'$.%s'`, DefaultColumn, field)
}

// typedColumns returns what a typed index holds for one of its fields.
func typedColumns(key IndexKeyPair) string {
	order := ""
	if key.Descending {
		order = " DESC"
	}

	return TypeOf(key.Field) + order + ", " + ValueOf(key.Field) + order
}

// OddIDsIndex returns the name of the index that has the documents of OddID and no others: in most tables, none.
func OddIDsIndex(tableName string) string {
	return backends.ReservedPrefix + "odd_ids_" + tableName
}

func createOddIDsIndex(ctx context.Context, db *fsql.DB, tableName string) error {
	q := fmt.Sprintf("CREATE INDEX %q ON %q (1) WHERE %s", OddIDsIndex(tableName), tableName, OddID)
	_, err := db.ExecContext(ctx, q)

	return err
}
