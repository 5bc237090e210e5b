package store_test

import (
	"testing"

	"github.com/projectbeskar/hawkfish/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store { return storetest.New(t) })
}
