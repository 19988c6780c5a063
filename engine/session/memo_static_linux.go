package session

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// staticData returns where the variables of packages are: the data of the
// executable and of the plugins, which are the mapped files that have
// executable parts, and the zeroed memory right behind each.
func staticData() []region {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return nil
	}
	defer f.Close()
	type mapping struct {
		region
		file string
	}
	var all []mapping
	code := make(map[string]bool)
	for sc := bufio.NewScanner(f); sc.Scan(); {
		// 7f01a0000000-7f01a0021000 rw-p 00000000 fe:00 1234   /path
		fields := strings.Fields(sc.Text())
		if len(fields) < 5 {
			continue
		}
		var m mapping
		if _, err := fmt.Sscanf(fields[0], "%x-%x", &m.lo, &m.hi); err != nil {
			continue
		}
		if len(fields) > 5 && strings.HasPrefix(fields[5], "/") {
			m.file = fields[5]
			if strings.Contains(fields[1], "x") {
				code[m.file] = true
			}
		}
		all = append(all, m)
	}
	var static []region
	for i, m := range all {
		switch {
		case code[m.file]:
			static = append(static, m.region)
		case m.file == "" && i > 0 && code[all[i-1].file] && all[i-1].hi == m.lo:
			static = append(static, m.region)
		}
	}
	return static
}
