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
	{
		file:   "internal/backends/sqlite/collection.go",
		before: "\tq += whereClause\n",
		after:  "\twhereClause, args = idClause(params.Filter)\n\tq += whereClause\n",
	},
	{
		file:   "internal/backends/sqlite/collection.go",
		before: "\torderByClause := prepareOrderByClause(params.Sort)\n",
		after: "\twhereClause, args = idClause(params.Filter)\n\tfilterPushdown = whereClause != \"\"\n" +
			"\torderByClause := prepareOrderByClause(params.Sort)\n",
	},
	// The index on _id is on the expression ->"_id": SQLite takes it only for a query that says the same.
	{
		file:   "internal/backends/sqlite/metadata/metadata.go",
		before: "\tIDColumn = DefaultColumn + \"->'$._id'\"\n",
		after:  "\tIDColumn = DefaultColumn + `->\"_id\"`\n",
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
	"_added/handler/serialize_writes.go": "internal/handler/serialize_writes.go",
	"_added/sqlite/id_clause.go":         "internal/backends/sqlite/id_clause.go",
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
