// Command build compiles the server in the folder above, with FerretDB's source changed on the way.
//
//	go run ./build -o ferretdb
//
// FerretDB v1 is finished and takes no more changes. A fork would be a second copy to keep, so the changes are made
// when building: each replaces one passage in a temporary copy of the module, only when it reads exactly as
// expected, and calls a file of ours under _added, which says what the change is for.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const module = "github.com/FerretDB/FerretDB"

// change replaces one passage of a file of FerretDB; before must occur in it exactly once.
type change struct{ file, before, after string }

var changes = []change{
	{
		file:   "internal/handler/commands.go",
		before: "\tfor name, cmd := range h.commands {\n",
		after:  "\th.serializeWrites()\n\n\tfor name, cmd := range h.commands {\n",
	},
	// A stack trace and a finalizer for each cursor, iterator and statement, to find leaks, are a tenth of all work.
	{
		file:   "internal/util/resource/resource.go",
		before: "func Track(obj any, token *Token) {\n",
		after:  "func Track(any, *Token) {}\n\nfunc trackFully(obj any, token *Token) {\n",
	},
	{
		file:   "internal/util/resource/resource.go",
		before: "func Untrack(obj any, token *Token) {\n",
		after:  "func Untrack(any, *Token) {}\n\nfunc untrackFully(obj any, token *Token) {\n",
	},
	// For log lines that nobody sees, each statement's parameters, and so whole documents, were written as text.
	{
		file:   "internal/util/fsql/db.go",
		before: "\t\tl:                logging.WithName(l, name),\n",
		after:  "\t\tl:                slog.New(slog.DiscardHandler),\n",
	},
	// SQLite's part of a query, of all of its filter: without the terms on dotted fields, SQLite would skip too many.
	{
		file:   "internal/handler/registry/sqlite.go",
		before: "\t\t\tEnableNestedPushdown:    opts.EnableNestedPushdown,\n",
		after:  "\t\t\tEnableNestedPushdown:    true,\n",
	},
	{
		file:   "internal/backends/sqlite/collection.go",
		before: "\tq += whereClause\n\tq += prepareOrderByClause(params.Sort)\n",
		after: "\tpushed := newPushdown(ctx, db, meta, params.Filter, params.Order)\n\n" +
			"\tif params.OnlyCount {\n\t\treturn pushed.count()\n\t}\n\n" +
			"\twhereClause, args = pushed.where(), pushed.args\n" +
			"\tq += whereClause + prepareOrderByClause(params.Sort) + pushed.orderBy\n\n" +
			"\tskipped := pushed.canSkip(params)\n\tif skipped {\n\t\tq += ` LIMIT -1 OFFSET ?`\n" +
			"\t\targs = append(args, params.Skip)\n\t}\n",
	},
	{
		file:   "internal/backends/sqlite/collection.go",
		before: "\t\tIter: newQueryIterator(ctx, rows, params.OnlyRecordIDs),\n",
		after: "\t\tIter:   newQueryIterator(ctx, rows, params.OnlyRecordIDs),\n" +
			"\t\tSorted: pushed.orderBy != \"\",\n\t\tSkipped: skipped,\n",
	},
	{
		file:   "internal/backends/sqlite/collection.go",
		before: "\torderByClause := prepareOrderByClause(params.Sort)\n",
		after: "\tpushed := newPushdown(ctx, db, meta, params.Filter, params.Order)\n" +
			"\twhereClause, args = pushed.where(), pushed.args\n\tfilterPushdown = whereClause != \"\"\n" +
			"\torderByClause := prepareOrderByClause(params.Sort) + pushed.orderBy\n",
	},
	{
		file:   "internal/backends/collection.go",
		before: "type QueryParams struct {\n",
		after: "type QueryParams struct {\n\tOrder     *types.Document // wanted, not required: see QueryResult.Sorted\n" +
			"\tSkip      int64           // the same: see QueryResult.Skipped\n\tOnlyCount bool\n\n",
	},
	{
		file:   "internal/backends/collection.go",
		before: "type QueryResult struct {\n",
		after: "type QueryResult struct {\n\tSorted  bool   // by QueryParams.Order\n" +
			"\tSkipped bool   // those of QueryParams.Skip\n\tCount   *int64 // if OnlyCount, and known\n\n",
	},
	{
		file:   "internal/backends/collection.go",
		before: "type ExplainParams struct {\n",
		after:  "type ExplainParams struct {\n\tOrder *types.Document\n\n",
	},
	{
		file:   "internal/handler/msg_find.go",
		before: "\tswitch {\n\tcase h.DisablePushdown:\n",
		after:  "\tif !h.DisablePushdown {\n\t\tqp.Order, qp.Skip = params.Sort, params.Skip\n\t}\n\n\tswitch {\n\tcase h.DisablePushdown:\n",
	},
	{
		file:   "internal/handler/msg_find.go",
		before: "\t// closer accumulates all things that should be closed / canceled.\n",
		after: "\tif queryRes.Sorted {\n\t\tparams.Sort = nil\n\t}\n\n" +
			"\tif queryRes.Skipped {\n\t\tparams.Skip = 0\n\t}\n\n" +
			"\t// closer accumulates all things that should be closed / canceled.\n",
	},
	{
		file:   "internal/handler/msg_explain.go",
		before: "\tswitch {\n\tcase h.DisablePushdown:\n",
		after:  "\tif !h.DisablePushdown {\n\t\tqp.Order = params.Sort\n\t}\n\n\tswitch {\n\tcase h.DisablePushdown:\n",
	},
	{
		file:   "internal/handler/msg_count.go",
		before: "\tvar qp backends.QueryParams\n",
		after: "\tif params.Skip == 0 && params.Limit == 0 {\n" +
			"\t\tif n, ok, err := h.countOf(connCtx, c, params.Filter); err != nil || ok {\n" +
			"\t\t\tif err != nil {\n\t\t\t\treturn nil, lazyerrors.Error(err)\n\t\t\t}\n\n" +
			"\t\t\treturn documentOpMsg(must.NotFail(types.NewDocument(\"n\", n, \"ok\", float64(1))))\n" +
			"\t\t}\n\t}\n\n\tvar qp backends.QueryParams\n",
	},
	{
		file:   "internal/handler/msg_aggregate.go",
		before: "processStagesDocuments(ctx, closer, &stagesDocumentsParams{",
		after:  "h.countOrProcess(ctx, closer, aggregationStages, &stagesDocumentsParams{",
	},
	{
		file:   "internal/backends/sqlite/metadata/registry.go",
		before: "\t\t\tif key.Descending {\n\t\t\t\tcolumns[i] += \" DESC\"\n\t\t\t}\n",
		after: "\t\t\tif key.Descending {\n\t\t\t\tcolumns[i] += \" DESC\"\n\t\t\t}\n\n" +
			"\t\t\tif !index.Unique && IsPlainField(key.Field) {\n\t\t\t\tcolumns[i] = typedColumns(key)\n\t\t\t}\n\n" +
			"\t\t\tif IsIDIndex(index) {\n\t\t\t\tcolumns[i] += \", \" + IDText\n\t\t\t}\n",
	},
	{
		file:   "internal/backends/sqlite/metadata/registry.go",
		before: "\tq = fmt.Sprintf(\"INSERT INTO %q (name, table_name, settings) VALUES (?, ?, ?)\", metadataTableName)\n",
		after: "\tif err = createOddIDsIndex(ctx, db, tableName); err != nil {\n" +
			"\t\t_, _ = db.ExecContext(ctx, fmt.Sprintf(\"DROP TABLE %q\", tableName))\n" +
			"\t\treturn false, lazyerrors.Error(err)\n\t}\n\n" +
			"\tq = fmt.Sprintf(\"INSERT INTO %q (name, table_name, settings) VALUES (?, ?, ?)\", metadataTableName)\n",
	},
	// The index on _id is on the expression ->"_id": SQLite takes it only for a query that says the same.
	{
		file:   "internal/backends/sqlite/metadata/metadata.go",
		before: "\tIDColumn = DefaultColumn + \"->'$._id'\"\n",
		after:  "\tIDColumn = DefaultColumn + `->\"_id\"`\n",
	},
	// The position is that among all indexes of the command: once one is left out, another is at it, or none.
	{
		file:   "internal/handler/msg_createindexes.go",
		before: "filteredToCreate = slices.Delete(filteredToCreate, i, i+1)\n",
		after: "filteredToCreate = slices.DeleteFunc(filteredToCreate, func(idx backends.IndexInfo) bool {\n" +
			"\t\t\t\t\treturn idx.Name == newIdx.Name\n\t\t\t\t})\n",
	},
	// MongoDB sets null and [] on an insert as on any update.
	{
		file: "internal/handler/common/update.go",
		before: "\tif setOnInsert {\n\t\t// $setOnInsert do not set null and empty array value.\n" +
			"\t\tif _, ok := setValue.(types.NullType); ok {\n\t\t\treturn false, nil\n\t\t}\n\n" +
			"\t\tif arr, ok := setValue.(*types.Array); ok && arr.Len() == 0 {\n\t\t\treturn false, nil\n\t\t}\n\t}\n\n",
	},
	// An upsert copies values of the filter, but no operators, however many.
	{
		file:   "internal/handler/common/update.go",
		before: "\t\t\tif valDoc.Len() == 1 {\n\t\t\t\tinnerKey := valDoc.Keys()[0]\n",
		after: "\t\t\tif valDoc.Len() == 1 || valDoc.Len() > 1 && strings.HasPrefix(valDoc.Keys()[0], \"$\") {\n" +
			"\t\t\t\tinnerKey := valDoc.Keys()[0]\n",
	},
	// MongoDB takes these inside a document: a resource of somebody else's API may have them (GeoJSON, for one).
	{
		file:   "internal/types/document_validation.go",
		before: "\t\tif strings.HasPrefix(key, \"$\") {\n",
		after:  "\t\tif isTopLevel && strings.HasPrefix(key, \"$\") {\n",
	},
	{
		file:   "internal/types/document_validation.go",
		before: "\t\tif strings.Contains(key, \".\") {\n",
		after:  "\t\tif isTopLevel && strings.Contains(key, \".\") {\n",
	},
	{
		file:   "internal/types/document_validation.go",
		before: "\t\t\t\tcase *Array:\n\t\t\t\t\treturn newValidationError(",
		after:  "\t\t\t\tcase *Array:\n\t\t\t\t\tcontinue\n\n\t\t\t\t\treturn newValidationError(",
	},
}

// added are our files, and the place in FerretDB where each is compiled.
var added = map[string]string{
	"_added/handler/fast_count.go":       "internal/handler/fast_count.go",
	"_added/handler/serialize_writes.go": "internal/handler/serialize_writes.go",
	"_added/metadata/typed_index.go":     "internal/backends/sqlite/metadata/typed_index.go",
	"_added/sqlite/field_clause.go":      "internal/backends/sqlite/field_clause.go",
	"_added/sqlite/id_clause.go":         "internal/backends/sqlite/id_clause.go",
	"_added/sqlite/pushdown.go":          "internal/backends/sqlite/pushdown.go",
	"_added/sqlite/regex_clause.go":      "internal/backends/sqlite/regex_clause.go",
}

func main() {
	output := flag.String("o", "ferretdb", "path of the program to write")
	flag.Parse()

	if err := build(*output); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func build(output string) error {
	dir, err := os.MkdirTemp("", "ferretdb-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	copied := filepath.Join(dir, "ferretdb")
	if err = changedCopy(copied); err != nil {
		return err
	}

	modFile, err := modFileWith(copied, dir)
	if err != nil {
		return err
	}

	// -v prints each package when it is compiled: the only sign of progress the go command has.
	return run("go", "build", "-v", "-trimpath", "-tags", "ferretdb_no_postgresql", "-modfile", modFile, "-o", output, ".")
}

// changedCopy puts the part of FerretDB that is compiled into dir, and changes it.
func changedCopy(dir string) error {
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	if err != nil {
		return fmt.Errorf("go mod download %s: %w: %s", module, err, out)
	}

	var source struct{ Dir string }
	if err = json.Unmarshal(out, &source); err != nil {
		return err
	}

	for _, part := range []string{"build", "ferretdb", "internal"} {
		if err = os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join(source.Dir, part))); err != nil {
			return err
		}
	}

	if err = copyFile(filepath.Join(source.Dir, "go.mod"), filepath.Join(dir, "go.mod")); err != nil {
		return err
	}

	for ours, theirs := range added {
		if err = copyFile(ours, filepath.Join(dir, theirs)); err != nil {
			return err
		}
	}

	for _, c := range changes {
		if err = c.apply(dir); err != nil {
			return err
		}
	}

	return nil
}

// apply makes the change in the copy in dir.
func (c change) apply(dir string) error {
	path := filepath.Join(dir, c.file)

	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}

	if n := strings.Count(string(b), c.before); n != 1 {
		return fmt.Errorf("%s: expected once, found %d times: %q", c.file, n, c.before)
	}

	if err = os.Remove(path); err != nil { // the module cache is read-only, and so is its copy
		return err
	}

	return os.WriteFile(path, []byte(strings.Replace(string(b), c.before, c.after, 1)), 0o600)
}

// modFileWith writes a go.mod, with its go.sum, that takes FerretDB from the copy; -modfile reads it.
func modFileWith(copied, dir string) (string, error) {
	path := filepath.Join(dir, "go.mod")

	if err := copyFile("go.mod", path); err != nil {
		return "", err
	}

	if err := copyFile("go.sum", filepath.Join(dir, "go.sum")); err != nil {
		return "", err
	}

	return path, run("go", "mod", "edit", "-replace", module+"="+copied, path)
}

func run(name string, args ...string) error {
	command := exec.Command(name, args...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr

	return command.Run()
}

func copyFile(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}

	return os.WriteFile(to, b, 0o600)
}
