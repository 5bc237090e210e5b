// Package describe derives from the declarations what a service says of itself:
// OpenAPI, JSON Schemas, CSDL of HawkFish's own schemas, an interactive page, and the pages of docs/resources.
//
// It describes the service that is asked, whichever persona that is, and knows no resource by name.
package describe
