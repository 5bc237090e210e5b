package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// What the kernel knows of a process (proc(5)). Where there is no /proc, all is zero.

// processorTime is what a process has used so far: of each thread, the time on a processor, in ns.
func processorTime(pid int) time.Duration {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	var sum time.Duration
	for _, file := range files {
		text, _ := os.ReadFile(file) // a thread may have ended
		used, _, _ := strings.Cut(string(text), " ")
		ns, _ := strconv.ParseInt(used, 10, 64)
		sum += time.Duration(ns)
	}
	return sum
}

// memory is what a process and its descendants hold, in bytes: resident, with what they
// share counted for each; and proportional, with that divided among those who share it.
func memory(pid int) (resident, proportional int64) {
	resident, proportional = kilobytes(pid, "Rss:")<<10, kilobytes(pid, "Pss:")<<10
	for _, child := range children(pid) {
		r, p := memory(child)
		resident, proportional = resident+r, proportional+p
	}
	return resident, proportional
}

func kilobytes(pid int, key string) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == key {
			n, _ := strconv.ParseInt(fields[1], 10, 64)
			return n
		}
	}
	return 0
}

// children are found by their parent's number, the second field behind the name in parentheses.
func children(pid int) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		name := strings.LastIndexByte(string(text), ')')
		if fields := strings.Fields(string(text[name+1:])); len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			pids = append(pids, child)
		}
	}
	return pids
}
