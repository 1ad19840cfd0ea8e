// Shows the HTTP interface, and sends its requests to this service.
SwaggerUIBundle({
  url: '../openapi.yaml',
  dom_id: '#api',
  deepLinking: true,
  validatorUrl: null,
  // The document names the address of the demo; the page may be elsewhere.
  requestInterceptor: request => {
    const url = new URL(request.url, window.location);
    request.url = window.location.origin + url.pathname + url.search;
    return request;
  },
});
