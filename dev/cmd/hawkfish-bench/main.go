// Command hawkfish-bench measures what must be fast, on this machine and in one run, and prints it as
// tables. It starts everything it needs; see package bench.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/projectbeskar/hawkfish/dev/bench"
	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

func main() {
	quick := flag.Bool("quick", false, "measure a little of everything: that it works, not how fast it is")
	file := flag.String("json", "", "also write the report to this file")
	flag.Usage = func() {
		fmt.Fprintf(os.Stderr, "usage: hawkfish-bench [-quick] [-json FILE]\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch {
	case flag.Arg(0) == bench.Bare:
		err = bare(ctx)
	case flag.NArg() > 0:
		flag.Usage()
		os.Exit(2)
	default:
		err = measure(ctx, *quick, *file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "hawkfish-bench:", err)
		os.Exit(1)
	}
}

// bare is the process with the bare handler, which measure starts.
func bare(ctx context.Context) error {
	cfg, err := config.Load("", os.Environ())
	if err != nil {
		return err
	}
	return bench.ServeBare(ctx, cfg)
}

func measure(ctx context.Context, quick bool, file string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	report, err := bench.Run(ctx, bench.Options{Quick: quick, Program: program, Progress: os.Stderr})
	report.Text(os.Stdout)
	if file != "" {
		err = errors.Join(err, write(report, file))
	}
	return errors.Join(err, labtest.Down())
}

func write(report *bench.Report, file string) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(report.JSON(out), out.Close())
}
