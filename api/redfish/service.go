package redfish

// Service is a tree of resources, ready to be served.
type Service struct{ operations []*Operation }

// NewService binds a tree together. It panics on a bad declaration.
func NewService(resources []Resource) *Service { return &Service{} }

// Operations lists everything the service does. HEAD is GET without the body.
func (s *Service) Operations() []*Operation { return s.operations }

// Allow lists the methods of a path pattern, HEAD among them.
func (s *Service) Allow(pattern string) []string { return nil }
