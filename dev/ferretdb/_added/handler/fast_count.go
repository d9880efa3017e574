// This file counts documents without reading them, where SQLite can tell the number. It is ours, not FerretDB's.

package handler

import (
	"context"

	"github.com/FerretDB/FerretDB/internal/backends"
	"github.com/FerretDB/FerretDB/internal/types"
	"github.com/FerretDB/FerretDB/internal/util/iterator"
	"github.com/FerretDB/FerretDB/internal/util/must"
)

// countOf returns how many documents match the filter, or false if FerretDB has to read them to tell.
func (h *Handler) countOf(ctx context.Context, c backends.Collection, filter *types.Document) (int32, bool, error) {
	if h.DisablePushdown {
		return 0, false, nil
	}

	res, err := c.Query(ctx, &backends.QueryParams{Filter: filter, OnlyCount: true})
	if err != nil {
		return 0, false, err
	}

	res.Iter.Close()

	if res.Count == nil {
		return 0, false, nil
	}

	return int32(*res.Count), true, nil
}

// countOrProcess is processStagesDocuments for all pipelines but the one by which drivers count documents.
func (h *Handler) countOrProcess(
	ctx context.Context, closer *iterator.MultiCloser, pipeline []any, params *stagesDocumentsParams,
) (types.DocumentsIterator, error) {
	if filter, id, limit, ok := countedBy(pipeline); ok {
		n, known, err := h.countOf(ctx, params.c, filter)
		if err != nil {
			return nil, err
		}

		if known {
			if limit > 0 {
				n = min(n, limit)
			}

			docs := []*types.Document{must.NotFail(types.NewDocument("_id", id, "n", n))}
			if n == 0 {
				docs = nil
			}

			return iterator.Values(iterator.ForSlice(docs)), nil
		}
	}

	return processStagesDocuments(ctx, closer, params)
}

// countedBy returns the filter, the _id and the limit, if any, of [{$match: filter}, {$limit: limit}, {$group: {_id: 1,
// n: {$sum: 1}}}].
func countedBy(pipeline []any) (filter *types.Document, id any, limit int32, ok bool) {
	if len(pipeline) == 3 {
		if limit, ok = only(pipeline[1], "$limit").(int32); !ok || limit <= 0 {
			return nil, nil, 0, false
		}

		pipeline = []any{pipeline[0], pipeline[2]}
	}

	if len(pipeline) != 2 {
		return nil, nil, 0, false
	}

	filter, ok = only(pipeline[0], "$match").(*types.Document)
	if !ok {
		return nil, nil, 0, false
	}

	group, _ := only(pipeline[1], "$group").(*types.Document)
	if group.Len() != 2 || group.Keys()[0] != "_id" || group.Keys()[1] != "n" {
		return nil, nil, 0, false
	}

	id = group.Values()[0]
	if id != int32(1) || only(group.Values()[1], "$sum") != int32(1) {
		return nil, nil, 0, false
	}

	return filter, id, limit, true
}

// only returns the value of a document that has one key and this one, or nil.
func only(doc any, key string) any {
	d, _ := doc.(*types.Document)
	if d.Len() != 1 {
		return nil
	}

	v, _ := d.Get(key)

	return v
}
