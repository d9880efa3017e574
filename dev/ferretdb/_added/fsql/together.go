// This file makes the writes of one command one transaction: SQLite writes each page that they change once, and not for
// each document. It is ours, not FerretDB's.

package fsql

import (
	"context"
	"database/sql"

	"github.com/FerretDB/FerretDB/internal/util/lazyerrors"
)

// together is the transaction of a command; tx is nil before its first write.
type together struct {
	db *DB
	tx *sql.Tx
}

type togetherKey struct{}

// Together calls f with a context in which all writes are one transaction, and what is read after the first of them
// sees them. If f returns an error, nothing is written. A query that is open while the same documents are written must
// have begun before the first write, or not be asked for more.
func Together(ctx context.Context, f func(context.Context) error) error {
	t := new(together)

	err := f(context.WithValue(ctx, togetherKey{}, t))
	if t.tx == nil {
		return err
	}

	if err != nil {
		_ = t.tx.Rollback()
		return err
	}

	if err = t.tx.Commit(); err != nil {
		return lazyerrors.Error(err)
	}

	return nil
}

// statements are what carries out statements: a database, or the transaction of a command.
type statements interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}

// in returns the transaction of the command, if it has one.
func (db *DB) in(ctx context.Context) statements {
	if t, _ := ctx.Value(togetherKey{}).(*together); t != nil && t.tx != nil && t.db == db {
		return t.tx
	}

	return db.sqlDB
}

// join calls f with the transaction of the command, or returns false if there is none.
func (db *DB) join(ctx context.Context, f func(*Tx) error) (bool, error) {
	t, _ := ctx.Value(togetherKey{}).(*together)
	if t == nil || t.tx != nil && t.db != db {
		return false, nil
	}

	if t.tx == nil {
		tx, err := db.sqlDB.BeginTx(ctx, nil)
		if err != nil {
			return true, lazyerrors.Error(err)
		}

		t.db, t.tx = db, tx
	}

	return true, f(wrapTx(t.tx, db.l))
}
