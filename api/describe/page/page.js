// Nothing is asked of any other site: no validator, no fonts.
SwaggerUIBundle({
  url: "/redfish/v1/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: -1,
});
