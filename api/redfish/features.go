package redfish

// Features tells which parts of the protocol are served (DSP0268, ServiceRoot.ProtocolFeaturesSupported).
type Features struct {
	Excerpt          bool           `json:"ExcerptQuery"`
	Filter           bool           `json:"FilterQuery"`
	FilterComparison bool           `json:"FilterQueryComparisonOperations"`
	FilterCompound   bool           `json:"FilterQueryCompoundOperations"`
	OnlyMember       bool           `json:"OnlyMemberQuery"`
	Select           bool           `json:"SelectQuery"`
	TopSkip          bool           `json:"TopSkipQuery"`
	MultipleRequests bool           `json:"MultipleHTTPRequests"` // several at a time on one connection's resources
	Expand           ExpandFeatures `json:"ExpandQuery"`
}

// ExpandFeatures tells which forms of $expand are served.
type ExpandFeatures struct {
	All       bool `json:"ExpandAll"`
	Levels    bool `json:"Levels"`
	Links     bool `json:"Links"`
	NoLinks   bool `json:"NoLinks"`
	MaxLevels int  `json:"MaxLevels"`
}

// Supported derives from the tables that the kit works by which features it has.
func Supported() Features {
	has := func(name string) bool { _, ok := parameters[name]; return ok }
	form := func(name string) bool { _, ok := expansions[name]; return ok && has("$expand") }
	return Features{
		Excerpt: has("excerpt"), Filter: has("$filter"), OnlyMember: has("only"), Select: has("$select"),
		FilterComparison: comparisons["gt"] != nil, FilterCompound: has("$filter"),
		TopSkip: has("$top") && has("$skip"), MultipleRequests: true,
		Expand: ExpandFeatures{
			All: form("*"), Levels: has("$expand"), Links: form("~"), NoLinks: form("."), MaxLevels: maxExpandLevels,
		},
	}
}
