// This file makes the commands that write atomic, one after the other, and complete. It is ours, not FerretDB's.
//
// FerretDB v1 reads the documents, changes them in Go and writes them back whole, with neither a transaction nor a
// lock: of two conditional updates at the same time both succeed, and each may undo what the other wrote. SQLite
// lets one writer at a time in anyway, so one lock for all costs little.
//
// It also stops at the first update of a command that fails, whatever "ordered" says, without telling how many
// succeeded before: https://github.com/FerretDB/FerretDB/issues/2612.

package handler

import (
	"context"
	"errors"
	"sync"

	"github.com/FerretDB/wire"
	sqlite3 "modernc.org/sqlite"
	sqlite3lib "modernc.org/sqlite/lib"

	"github.com/FerretDB/FerretDB/internal/bson"
	"github.com/FerretDB/FerretDB/internal/handler/handlererrors"
	"github.com/FerretDB/FerretDB/internal/types"
	"github.com/FerretDB/FerretDB/internal/util/lazyerrors"
	"github.com/FerretDB/FerretDB/internal/util/must"
)

// serializeWrites makes each command that writes wait for the one before it.
func (h *Handler) serializeWrites() {
	h.commands["update"].Handler = h.updateOneByOne

	var writing sync.Mutex

	for _, name := range []string{"insert", "update", "delete", "findAndModify", "findandmodify"} {
		write := h.commands[name].Handler

		h.commands[name].Handler = func(ctx context.Context, msg *wire.OpMsg) (*wire.OpMsg, error) {
			writing.Lock()
			defer writing.Unlock()

			res, err := write(ctx, msg)
			if isUniqueViolation(err) {
				err = handlererrors.NewCommandErrorMsg(handlererrors.ErrDuplicateKeyInsert, "E11000 duplicate key error")
			}

			return res, err
		}
	}
}

// updateOneByOne runs each update of the command as a command of its own and puts the answers together.
func (h *Handler) updateOneByOne(ctx context.Context, msg *wire.OpMsg) (*wire.OpMsg, error) {
	command, err := opMsgDocument(msg)
	if err != nil {
		return nil, lazyerrors.Error(err)
	}

	value, _ := command.Get("updates")

	updates, ok := value.(*types.Array)
	if !ok {
		return h.MsgUpdate(ctx, msg)
	}

	ordered, _ := command.Get("ordered")

	var matched, modified int32
	upserted, writeErrors := types.MakeArray(0), types.MakeArray(0)

	for i := range updates.Len() {
		one := msg

		if updates.Len() > 1 {
			command.Set("updates", must.NotFail(types.NewArray(must.NotFail(updates.Get(i)))))

			if one, err = documentOpMsg(command); err != nil {
				return nil, lazyerrors.Error(err)
			}
		}

		res, err := h.updateOnce(ctx, one)

		if failed := writeErrorsOf(err, i); failed != nil {
			writeErrors.Append(failed)

			if ordered != false {
				break
			}

			continue
		}

		if err != nil {
			return nil, err
		}

		matched += must.NotFail(res.Get("n")).(int32)
		modified += must.NotFail(res.Get("nModified")).(int32)

		if ids, _ := res.Get("upserted"); ids != nil {
			one := must.NotFail(ids.(*types.Array).Get(0)).(*types.Document)
			one.Set("index", int32(i))
			upserted.Append(one)
		}
	}

	res := must.NotFail(types.NewDocument("n", matched))

	if upserted.Len() > 0 {
		res.Set("upserted", upserted)
	}

	res.Set("nModified", modified)

	if writeErrors.Len() > 0 {
		res.Set("writeErrors", writeErrors)
	}

	res.Set("ok", float64(1))

	return documentOpMsg(res)
}

// updateOnce runs a command that has one update.
func (h *Handler) updateOnce(ctx context.Context, msg *wire.OpMsg) (*types.Document, error) {
	res, err := h.MsgUpdate(ctx, msg)
	if err != nil {
		return nil, err
	}

	return opMsgDocument(res)
}

// writeErrorsOf returns what the answer says of the update at index, if err is a fault of that update alone.
func writeErrorsOf(err error, index int) *types.Document {
	if isUniqueViolation(err) {
		err = handlererrors.NewWriteErrorMsg(handlererrors.ErrDuplicateKeyInsert, "E11000 duplicate key error")
	}

	var failed *handlererrors.WriteErrors
	if !errors.As(err, &failed) {
		return nil
	}

	doc := must.NotFail(bson.ToDocument(failed.Document()))
	one := must.NotFail(must.NotFail(doc.Get("writeErrors")).(*types.Array).Get(0)).(*types.Document)
	one.Set("index", int32(index))

	return one
}

// isUniqueViolation tells whether an update came to nothing because of a unique index.
func isUniqueViolation(err error) bool {
	var failed *sqlite3.Error
	return errors.As(err, &failed) && failed.Code() == sqlite3lib.SQLITE_CONSTRAINT_UNIQUE
}
