package schemas

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRegistriesAreConsistent(t *testing.T) {
	t.Parallel()
	placeholder := regexp.MustCompile(`%(\d+)`)
	ids := map[string]bool{}
	for _, r := range Registries() {
		assert.Regexp(t, `^\d+\.\d+\.\d+$`, r.Version, r.Prefix)
		assert.NotEmpty(t, r.Name)
		assert.NotEmpty(t, r.Owner)
		assert.NotEmpty(t, r.Messages)
		keys := map[string]bool{}
		for _, d := range r.Messages {
			keys[d.Key] = true
		}
		for _, d := range r.Messages {
			assert.Equal(t, r.MessagePrefix()+"."+d.Key, d.ID)
			assert.False(t, ids[d.ID], "%s is there twice", d.ID)
			ids[d.ID] = true

			used := map[string]bool{}
			for _, m := range placeholder.FindAllStringSubmatch(d.Text, -1) {
				used[m[1]] = true
			}
			assert.Len(t, used, len(d.ParamTypes), "%s: %q", d.ID, d.Text)
			for i := range d.ParamTypes {
				assert.True(t, used[strconv.Itoa(i+1)], "%s lacks %%%d", d.ID, i+1)
			}
			if d.Status != 0 {
				assert.GreaterOrEqual(t, d.Status, 400, d.ID)
				assert.Less(t, d.Status, 600, d.ID)
			}
			assert.Contains(t, Health("").Values(), string(d.Severity), d.ID)
			assert.True(t, strings.HasSuffix(d.Text, "."), "%s: %q is no sentence", d.ID, d.Text)
			assert.NotEmpty(t, d.Description, d.ID)
			assert.NotEmpty(t, d.Resolution, d.ID)
			for _, cleared := range d.Clears {
				assert.True(t, keys[cleared], "%s clears the unknown %s", d.ID, cleared)
			}
		}
	}
}

func TestMessageFillsArgumentsIn(t *testing.T) {
	t.Parallel()
	m := PropertyValueNotInList("%2", "PowerState").At("/PowerState")
	assert.Equal(t, "Base.1.22.PropertyValueNotInList", m.ID)
	assert.Equal(t, []string{"%2", "PowerState"}, m.Args)
	assert.Equal(t, "'%2' is none of the values that the property PowerState can have.", m.Text, "an argument is not expanded again")
	assert.Equal(t, HealthWarning, m.Severity)
	assert.Equal(t, "/PowerState", m.Property)
	assert.Equal(t, 400, m.Status)

	assert.Equal(t, "TaskEvent.1.0.TaskStarted", TaskEventTaskStarted("7").ID)
	assert.Equal(t, "HawkFish.1.0.NoHostFits", HawkFishNoHostFits("all are full").ID)
	assert.Zero(t, Success().Status, "what went well is no answer of an error")
	assert.Nil(t, Success().Args)
}

func TestUnknownPropertyIsNamedEverywhere(t *testing.T) {
	t.Parallel()
	m := PropertyUnknown("Bogus")
	assert.Contains(t, m.Text, "Bogus")
	assert.Contains(t, m.Resolution, "Bogus")
}

func FuzzMessageKeepsArguments(f *testing.F) {
	f.Add("%1", "%2")
	f.Add("", "%")
	f.Add("%2%1", "a'b")
	f.Fuzz(func(t *testing.T, value, property string) {
		want := "'" + value + "' has the wrong JSON type for the property " + property + "."
		assert.Equal(t, want, PropertyValueTypeError(value, property).Text)
	})
}

func BenchmarkMessage(b *testing.B) {
	for b.Loop() {
		_ = PropertyValueNotInList("Sideways", "PowerState").At("/PowerState")
	}
}
