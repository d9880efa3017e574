// Command ferretdb serves MongoDB's wire protocol from SQLite files, for machines that can't get a mongod.
//
// It is FerretDB's embeddable package (https://pkg.go.dev/github.com/FerretDB/FerretDB/ferretdb) and nothing
// else; what is changed in FerretDB itself, and why, stands in build/main.go.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	dir := flag.String("dir", "", "folder of the SQLite files; must exist")
	listen := flag.String("listen", "127.0.0.1:0", "TCP address; port 0 takes a free one")
	flag.Parse()

	// Little of what a command allocates outlives it: collecting garbage less often saves a quarter of all work.
	debug.SetGCPercent(400)

	if err := run(*dir, *listen); err != nil {
		fmt.Fprintln(os.Stderr, "ferretdb:", err)
		os.Exit(1)
	}
}

func run(dir, listen string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}

	// Safe with a write-ahead log: a crash of this process loses nothing, a power failure the last moments. The log
	// may have 40 MB before it is carried over, which syncs the disk.
	query := url.Values{"_pragma": {"synchronous(normal)", "wal_autocheckpoint(10000)"}, "_txlock": {"immediate"}}
	files := url.URL{Scheme: "file", Path: dir + "/", RawQuery: query.Encode()}

	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: listen},
		Handler:   "sqlite",
		SQLiteURL: files.String(),
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	// The process that started this one holds the other end of stdin: the end of it is the end of that process.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()

	go fmt.Println(server.MongoDBURI())

	return server.Run(ctx)
}
