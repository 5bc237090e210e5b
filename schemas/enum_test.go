package schemas

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEnumerationsAreConsistent reads the source, since Go cannot list its types.
func TestEnumerationsAreConsistent(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("enums_*_gen.go")
	require.NoError(t, err)
	require.NotEmpty(t, paths)

	constants := map[string]map[string]bool{} // type → values
	listed := map[string][]string{}           // type → Values()
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.GenDecl:
				collectConstants(t, d, constants)
			case *ast.FuncDecl:
				name := d.Recv.List[0].Type.(*ast.Ident).Name
				listed[name] = literals(t, d)
			}
		}
	}
	assert.Len(t, listed, len(constants))
	for name, values := range listed {
		assert.NotEmpty(t, values, name)
		seen := map[string]bool{}
		for _, v := range values {
			assert.False(t, seen[v], "%s lists %q twice", name, v)
			seen[v] = true
			assert.True(t, constants[name][v], "%s has no constant for %q", name, v)
		}
	}
}

func collectConstants(t *testing.T, d *ast.GenDecl, into map[string]map[string]bool) {
	t.Helper()
	for _, spec := range d.Specs {
		c, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		name := c.Type.(*ast.Ident).Name
		if into[name] == nil {
			into[name] = map[string]bool{}
		}
		for _, v := range literals(t, c) {
			into[name][v] = true
		}
	}
}

func literals(t *testing.T, n ast.Node) []string {
	t.Helper()
	var all []string
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, err := strconv.Unquote(lit.Value)
			require.NoError(t, err)
			all = append(all, s)
		}
		return true
	})
	return all
}

func TestDeprecatedMembersAreNotOffered(t *testing.T) {
	t.Parallel()
	assert.NotContains(t, TaskState("").Values(), "Killed")
	assert.Equal(t, TaskState("Killed"), TaskStateKilled, "old data can still be read") //nolint:staticcheck // that is the point
	assert.Equal(t, []string{"On", "Off"}, PowerState("").Values()[:2], "in the order of the schema")
	assert.Contains(t, InstructionSet("").Values(), string(InstructionSetX86_64))
}
